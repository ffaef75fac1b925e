import { BrokerVersionError } from './errors.js';

/** Oldest RabbitMQ that Waybill runs on: quorum-queue delayed retry, and the newest minor alone gets community fixes. */
export const MINIMUM_BROKER_VERSION = '4.3.0';

/** @throws BrokerVersionError with a sentence for the operator when the server is older or is not RabbitMQ */
export function requireBrokerVersion(server: { product?: string; version?: string }): void {
  const version = server.version ?? 'unknown';
  if (server.product !== 'RabbitMQ' || isOlder(version, MINIMUM_BROKER_VERSION)) {
    throw new BrokerVersionError(
      `Waybill needs RabbitMQ ${MINIMUM_BROKER_VERSION} or newer, but the broker is ${server.product ?? 'unknown'} ${version}: upgrade it, or point WAYBILL_BROKER_URL at a newer one.`,
    );
  }
}

function isOlder(version: string, minimum: string): boolean {
  const actual = version.split(/[.+~-]/, 3).map(Number);
  for (const [index, wanted] of minimum.split('.').map(Number).entries()) {
    const part = actual[index] ?? 0;
    if (Number.isNaN(part) || part < wanted) return true;
    if (part > wanted) return false;
  }
  return false;
}

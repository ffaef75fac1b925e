/** Names of links that `WAYBILL_ALLOW_PLAINTEXT` may let go unencrypted beyond this computer. */
export const LINKS = [
  'http',
  'database',
  'broker',
  'broker-management',
  'object-storage',
  'agent-broker',
  'agent-downloads',
  'uploads',
  'telemetry',
  'door',
  'downloads',
] as const;

export type Link = (typeof LINKS)[number];

const TLS_SCHEMES = new Set(['https:', 'amqps:']);
/** libpq's words for "encrypted, or no connection". */
const TLS_MODES = new Set(['require', 'verify-ca', 'verify-full']);

/** True when nobody between both ends can read or change what goes over this address: TLS, or it never leaves this computer. */
export function isProtected(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (TLS_SCHEMES.has(url.protocol)) return true;
  if (/^postgres(ql)?:$/.test(url.protocol) && TLS_MODES.has(url.searchParams.get('sslmode') ?? '')) return true;
  return isLoopback(url.hostname);
}

/** @param host of a URL: an IPv6 address may be in brackets */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

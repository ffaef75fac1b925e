import { join } from 'node:path';
import { repositoryRoot } from '../local-paths.ts';
import { runCommand } from '../run-command.ts';
import type { ServerAddresses } from '../servers/server-addresses.ts';

/** Where RabbitMQ tells who connects and leaves, whatever vhost that happens in (`event_exchange.vhost`). */
export const EVENTS_VHOST = 'agents';

/** The broker's own exchange is all that fleet may read there, through a queue of its own. */
const PRESENCE_RIGHTS = {
  configure: '^fleet\\.presence.*$',
  write: '^fleet\\.presence.*$',
  read: '^(amq\\.rabbitmq\\.event|fleet\\.presence.*)$',
};

export interface BrokerPreparation {
  readonly addresses: ServerAddresses;
  readonly vhostPrefix: string;
  /** By service name. */
  readonly passwords: Readonly<{ [service: string]: string }>;
  readonly logFile: string;
}

/** Vhosts, accounts with least rights, exchanges, queues, streams and policies, from the data in libs/messaging. */
export async function prepareBroker(options: BrokerPreparation): Promise<void> {
  const { addresses, vhostPrefix } = options;
  const passwords = Object.entries(options.passwords).map(([service, password]) => [
    `WAYBILL_BROKER_PASSWORD_${service.replaceAll('-', '_').toUpperCase()}`,
    password,
  ]);
  await runCommand(process.execPath, [join(repositoryRoot, 'libs/messaging/dist/apply-topology.js')], {
    env: {
      ...process.env,
      WAYBILL_BROKER_ADMIN_URL: addresses.brokerUrl,
      WAYBILL_BROKER_ADMIN_MANAGEMENT_URL: addresses.managementUrl,
      WAYBILL_VHOST_PREFIX: vhostPrefix,
      ...(addresses.tls && { NODE_EXTRA_CA_CERTS: addresses.tls.ca }),
      ...(Object.fromEntries(passwords) as { [name: string]: string }),
    },
    logFile: options.logFile,
    failure: 'The broker refused the topology or the accounts; see the log, then start again.',
  });
  // Without a prefix the events vhost is the agents' vhost, where fleet has these rights among others.
  if (vhostPrefix) await management(addresses, 'PUT', ['permissions', EVENTS_VHOST, 'fleet'], PRESENCE_RIGHTS);
}

/** Removes the vhosts of an installation with all they hold. */
export async function removeVhosts(addresses: ServerAddresses, vhostPrefix: string): Promise<void> {
  for (const role of ['waybill', 'agents']) await management(addresses, 'DELETE', ['vhosts', vhostPrefix + role]);
}

async function management(
  addresses: ServerAddresses,
  method: string,
  path: readonly string[],
  body?: object,
): Promise<void> {
  const { origin, username, password } = new URL(addresses.managementUrl);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const response = await fetch(`${origin}/api/${path.map(encodeURIComponent).join('/')}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: body && JSON.stringify(body),
  });
  const answer = await response.text();
  if (!response.ok && response.status !== 404) {
    throw new Error(`The broker refused ${method} ${path.join('/')}: ${response.status} ${answer.slice(0, 300)}`);
  }
}

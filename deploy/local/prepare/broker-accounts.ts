import { join } from 'node:path';
import { repositoryRoot } from '../local-paths.ts';
import { runCommand } from '../run-command.ts';
import { writePrivately } from '../secret-files.ts';
import type { ServerAddresses } from '../servers/server-addresses.ts';

export interface BrokerPreparation {
  readonly addresses: ServerAddresses;
  readonly vhostPrefix: string;
  /** By service name. */
  readonly passwords: Readonly<{ [service: string]: string }>;
  /** Where the passwords are handed over, mode 0600. */
  readonly passwordsFile: string;
  readonly logFile: string;
}

/** Vhosts, accounts with least rights, exchanges, queues, streams and policies, from the data in libs/messaging. */
export async function prepareBroker(options: BrokerPreparation): Promise<void> {
  writePrivately(options.passwordsFile, JSON.stringify(options.passwords));
  await runCommand(process.execPath, [join(repositoryRoot, 'libs/messaging/dist/apply-topology.js')], {
    env: {
      ...process.env,
      WAYBILL_BROKER_ADMIN_URL: options.addresses.brokerUrl,
      WAYBILL_BROKER_MANAGEMENT_URL: options.addresses.managementUrl,
      WAYBILL_BROKER_PASSWORDS_FILE: options.passwordsFile,
      WAYBILL_VHOST_PREFIX: options.vhostPrefix,
    },
    logFile: options.logFile,
    failure: 'The broker refused the topology or the accounts; see the log, then start again.',
  });
}

/** Removes the vhosts of an installation with all they hold. */
export async function removeVhosts(addresses: ServerAddresses, vhostPrefix: string): Promise<void> {
  const management = new URL(addresses.managementUrl);
  const credentials = `${decodeURIComponent(management.username)}:${decodeURIComponent(management.password)}`;
  for (const role of ['waybill', 'agents']) {
    const url = new URL(`/api/vhosts/${encodeURIComponent(vhostPrefix + role)}`, management.origin);
    const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    const response = await fetch(url, { method: 'DELETE', headers: { authorization } });
    await response.body?.cancel();
  }
}

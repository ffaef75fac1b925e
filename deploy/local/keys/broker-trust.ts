import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { TrustKey } from '@waybill/contracts/agent';
import type { InstancePaths } from '../local-paths.ts';
import { isFree, rememberedPorts } from '../ports.ts';
import { runCommand } from '../run-command.ts';
import { asDebianUser, debianEnvironment, debianNamespace } from '../servers/inside-debian.ts';
import { publicPem } from './session-keys.ts';

/** Milliseconds in which every service has looked at its files: nobody signs with a key that others do not know yet. */
const LOOK_MS = 1_500;

/**
 * Lets whoever checks signatures learn of a new key before there are any signatures: the services by the key set, the private
 * broker of the instance by its own command. A broker that does not run reads its keys when it starts.
 */
export async function announceKey(paths: InstancePaths, { kid, use, publicKey }: TrustKey): Promise<void> {
  await wait(LOOK_MS);
  if (use !== 'session') return;
  const ports = await rememberedPorts(paths.name, ['amqp', 'distribution', 'epmd'] as const);
  if (await isFree(ports.amqp)) return;
  const file = `${kid}.pub.pem`;
  writeFileSync(join(paths.data, 'rabbitmq', file), publicPem(publicKey), { mode: 0o644 });
  const command = ['add_signing_key', kid, `--pem-file=${paths.dataInside}/rabbitmq/${file}`];
  const [program = '', ...args] = [
    ...debianNamespace,
    ...asDebianUser('rabbitmq', ['/usr/lib/rabbitmq/bin/rabbitmqctl', ...command]),
  ];
  await runCommand(program, args, {
    env: {
      ...debianEnvironment,
      HOME: '/var/lib/rabbitmq',
      RABBITMQ_NODENAME: `waybill-${paths.name}@localhost`,
      RABBITMQ_DIST_PORT: String(ports.distribution),
      ERL_EPMD_PORT: String(ports.epmd),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      // Without it the command of the plugin is not known.
      RABBITMQ_ENABLED_PLUGINS_FILE: `${paths.dataInside}/rabbitmq/enabled_plugins`,
    },
    logFile: join(paths.log, 'keys.log'),
    failure: `RabbitMQ was not told to trust the key ${kid}; see the log, then rotate again.`,
  });
}

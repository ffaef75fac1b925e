import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InstancePaths } from '../local-paths.ts';
import type { TlsFiles } from '../tls/certificate-files.ts';
import type { SessionKey } from '../keys/session-keys.ts';
import { writePrivately } from '../secret-files.ts';
import { asDebianUser, debianEnvironment, debianNamespace } from './inside-debian.ts';
import type { ServerDefinition } from './managed-server.ts';
import { debianUserId } from './postgres-server.ts';
import { brokerDefinitions, enabledPlugins, rabbitmqConf } from './rabbitmq-config.ts';

export interface RabbitmqPorts {
  readonly amqp: number;
  readonly management: number;
  readonly prometheus: number;
  readonly distribution: number;
  readonly epmd: number;
}

export interface RabbitmqOptions {
  readonly paths: InstancePaths;
  readonly ports: RabbitmqPorts;
  readonly administrator: { readonly name: string; readonly password: string };
  readonly tls: TlsFiles | undefined;
  readonly tokenKeys: readonly SessionKey[];
}

/** RabbitMQ 4.3 out of the private Debian tree, a node of its own with a port mapper of its own, loopback only. */
export function rabbitmqServer(options: RabbitmqOptions): ServerDefinition {
  const inside = `${options.paths.dataInside}/rabbitmq`;
  const { ports } = options;
  return {
    name: 'RabbitMQ',
    startTimeoutMs: 120_000,
    prepare: () => Promise.resolve(writeConfiguration(options, inside)),
    command: () => ({
      namespace: debianNamespace,
      command: asDebianUser('rabbitmq', ['/usr/lib/rabbitmq/bin/rabbitmq-server']),
      env: { ...debianEnvironment, HOME: '/var/lib/rabbitmq', ...brokerEnvironment(options, inside) },
      logFile: join(options.paths.log, 'rabbitmq.log'),
      stopSignal: 'TERM',
      stopTimeoutMs: 60_000,
    }),
    answers: () => answers(`http${options.tls ? 's' : ''}://127.0.0.1:${ports.management}`, options.administrator),
  };
}

function brokerEnvironment(options: RabbitmqOptions, inside: string): NodeJS.ProcessEnv {
  return {
    RABBITMQ_NODENAME: `waybill-${options.paths.name}@localhost`,
    RABBITMQ_DIST_PORT: String(options.ports.distribution),
    ERL_EPMD_PORT: String(options.ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_CONFIG_FILE: `${inside}/rabbitmq.conf`,
    RABBITMQ_MNESIA_BASE: `${inside}/data`,
    RABBITMQ_LOG_BASE: `${inside}/log`,
    RABBITMQ_ENABLED_PLUGINS_FILE: `${inside}/enabled_plugins`,
    // Loopback for the distribution port too; no busy waiting, the two cores are shared with everything else.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none',
  };
}

function writeConfiguration(options: RabbitmqOptions, inside: string): void {
  const directory = join(options.paths.data, 'rabbitmq');
  const user = debianUserId('rabbitmq');
  for (const part of ['', 'data', 'log']) {
    mkdirSync(join(directory, part), { recursive: true, mode: 0o700 });
    chownSync(join(directory, part), user, user);
  }
  chmodSync(options.paths.data, 0o755);
  const files = {
    'rabbitmq.conf': rabbitmqConf({
      amqpPort: options.ports.amqp,
      managementPort: options.ports.management,
      prometheusPort: options.ports.prometheus,
      tokenKeys: options.tokenKeys.map(({ kid }) => ({ kid, file: `${inside}/${kid}.pub.pem` })),
      definitionsFile: `${inside}/definitions.json`,
      ...(options.tls && {
        tls: { ca: `${inside}/ca.pem`, certificate: `${inside}/server.pem`, key: `${inside}/server.key.pem` },
      }),
    }),
    enabled_plugins: enabledPlugins,
    'definitions.json': brokerDefinitions(options.administrator),
    ...(options.tls && {
      'ca.pem': readFileSync(options.tls.ca, 'utf8'),
      'server.pem': readFileSync(options.tls.certificate, 'utf8'),
      'server.key.pem': readFileSync(options.tls.key, 'utf8'),
    }),
  };
  for (const [name, content] of Object.entries(files)) {
    writePrivately(join(directory, name), content);
    chownSync(join(directory, name), user, user);
  }
  for (const { kid, pem } of options.tokenKeys) writeFileSync(join(directory, `${kid}.pub.pem`), pem, { mode: 0o644 });
}

/** The management listener comes last at boot, so when it knows its node, AMQP is served too. */
async function answers(management: string, administrator: { name: string; password: string }): Promise<boolean> {
  const credentials = Buffer.from(`${administrator.name}:${administrator.password}`).toString('base64');
  try {
    const response = await fetch(`${management}/api/health/checks/is-in-service`, {
      headers: { authorization: `Basic ${credentials}` },
      signal: AbortSignal.timeout(5_000),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

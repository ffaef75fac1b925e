import { createHash, randomBytes } from 'node:crypto';

export interface BrokerConfig {
  readonly amqpPort: number;
  readonly managementPort: number;
  readonly prometheusPort: number;
  /** Public keys by which agents' tokens are checked, by the `kid` in the token's header; files as the broker sees them. The first is the default. */
  readonly tokenKeys: readonly { readonly kid: string; readonly file: string }[];
  readonly definitionsFile: string;
  /** Address to listen on; a container listens on all of its own. */
  readonly host?: string;
  /** Files as the broker sees them; with them it speaks TLS only. */
  readonly tls?: { readonly ca: string; readonly certificate: string; readonly key: string };
}

export const BROKER_PLUGINS = [
  'rabbitmq_management',
  'rabbitmq_auth_backend_oauth2',
  'rabbitmq_event_exchange',
  'rabbitmq_prometheus',
] as const;

/** Content of `enabled_plugins`: an Erlang term. */
export const enabledPlugins = `[${BROKER_PLUGINS.join(',')}].\n`;

/**
 * The broker checks agents' tokens itself: user name and password are first tried as an account of its own (services),
 * then as a token signed by our key (agents). Presence reads connection events from `amq.rabbitmq.event` in vhost agents.
 */
export function rabbitmqConf(config: BrokerConfig): string {
  const host = config.host ?? '127.0.0.1';
  const settings: readonly (readonly [string, string | number])[] = [
    ...listeners(config, host),
    ['prometheus.tcp.ip', host],
    ['prometheus.tcp.port', config.prometheusPort],
    ['load_definitions', config.definitionsFile],
    ['auth_backends.1', 'internal'],
    ['auth_backends.2', 'rabbit_auth_backend_oauth2'],
    ['auth_oauth2.resource_server_id', 'waybill'],
    ['auth_oauth2.default_key', config.tokenKeys[0]?.kid ?? ''],
    ...config.tokenKeys.map(({ kid, file }) => [`auth_oauth2.signing_keys.${kid}`, file] as const),
    ['auth_oauth2.algorithms.1', 'EdDSA'],
    ['auth_oauth2.preferred_username_claims.1', 'sub'],
    ['event_exchange.vhost', 'agents'],
    ['log.file', 'false'],
    ['log.console', 'true'],
    ['log.connection.level', 'warning'],
  ];
  return settings.map(([name, value]) => `${name} = ${value}\n`).join('');
}

function listeners(
  { amqpPort, managementPort, tls }: BrokerConfig,
  host: string,
): (readonly [string, string | number])[] {
  if (!tls) {
    return [
      ['listeners.tcp.1', `${host}:${amqpPort}`],
      ['management.tcp.ip', host],
      ['management.tcp.port', managementPort],
    ];
  }
  const options = (prefix: string): (readonly [string, string])[] => [
    [`${prefix}.cacertfile`, tls.ca],
    [`${prefix}.certfile`, tls.certificate],
    [`${prefix}.keyfile`, tls.key],
    [`${prefix}.versions.1`, 'tlsv1.3'],
    [`${prefix}.versions.2`, 'tlsv1.2'],
  ];
  return [
    ['listeners.tcp', 'none'],
    ['listeners.ssl.1', `${host}:${amqpPort}`],
    ...options('ssl_options'),
    // clients prove who they are by password or token
    ['ssl_options.verify', 'verify_none'],
    ['management.ssl.ip', host],
    ['management.ssl.port', managementPort],
    ...options('management.ssl'),
  ];
}

/**
 * What the broker loads at boot: one administrator and the vhosts of this installation. All else is created through the
 * management API, the same way for every kind of broker (see prepare/broker-accounts.ts).
 */
export function brokerDefinitions(administrator: { name: string; password: string }, salt = randomBytes(4)): string {
  const vhosts = ['/', 'waybill', 'agents'];
  return JSON.stringify({
    users: [
      {
        name: administrator.name,
        password_hash: passwordHash(administrator.password, salt),
        hashing_algorithm: 'rabbit_password_hashing_sha256',
        tags: ['administrator'],
      },
    ],
    vhosts: vhosts.map((name) => ({ name })),
    permissions: vhosts.map((vhost) => ({
      user: administrator.name,
      vhost,
      configure: '.*',
      write: '.*',
      read: '.*',
    })),
  });
}

/** RabbitMQ's salted SHA-256: base64 of salt followed by the hash over salt and password. */
function passwordHash(password: string, salt: Buffer): string {
  const hash = createHash('sha256').update(salt).update(password, 'utf8').digest();
  return Buffer.concat([salt, hash]).toString('base64');
}

import type { StorageAccounts } from '../prepare/bucket.ts';
import type { StorageService } from '../prepare/storage-rights.ts';
import type { TlsFiles } from '../tls/certificate-files.ts';
import type { KeyPaths } from '../keys/key-store.ts';

export const SERVICES = ['gateway', 'package', 'fleet', 'job-scheduler', 'result'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** All that the five services of one installation are told. */
export interface InstallationSettings {
  readonly httpPorts: Readonly<{ [service in ServiceName]: number }>;
  /** Of each service's own login role. */
  readonly databaseUrls: Readonly<{ [service in ServiceName]: string }>;
  /** Of each service's own broker account, without vhost. */
  readonly brokerUrls: Readonly<{ [service in ServiceName]: string }>;
  readonly vhostPrefix: string;
  /** HTTP API of the broker with fleet's account: presence is reconciled through it. */
  readonly brokerManagementUrl: string;
  /** What agents are told to connect to; they bring their token as password. */
  readonly agentBrokerUrl: string;
  readonly s3: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly region: string;
    /** Of each service's own. */
    readonly accounts: StorageAccounts;
  };
  /** Set when everything speaks TLS. */
  readonly tls?: TlsFiles;
  readonly actorKeyFile: string;
  readonly actorPublicKeyFile: string;
  /** Each service is told of the key set and of its own private key, never of the root key. */
  readonly keyFiles: Omit<KeyPaths, 'root'>;
  readonly adminPassword: string;
  readonly logLevel: string;
}

/**
 * The variables of one service, exactly those of its config class and of Node itself: `npm run check` compares them, and what compose and
 * Kubernetes set.
 */
export function serviceEnvironment(service: ServiceName, settings: InstallationSettings): { [name: string]: string } {
  return { ...shared(service, settings), ...own(service, settings) };
}

function shared(service: ServiceName, settings: InstallationSettings): { [name: string]: string } {
  return {
    WAYBILL_HTTP_HOST: '127.0.0.1',
    WAYBILL_HTTP_PORT: String(settings.httpPorts[service]),
    WAYBILL_DATABASE_URL: settings.databaseUrls[service],
    WAYBILL_DATABASE_POOL: '10',
    WAYBILL_BROKER_URL: settings.brokerUrls[service],
    WAYBILL_VHOST_PREFIX: settings.vhostPrefix,
    WAYBILL_LOG_LEVEL: settings.logLevel,
    WAYBILL_CA_FILE: settings.tls?.ca ?? '',
    WAYBILL_TLS_CERT_FILE: settings.tls?.certificate ?? '',
    WAYBILL_TLS_KEY_FILE: settings.tls?.key ?? '',
    // everything is on loopback, and what is not must say so
    WAYBILL_ALLOW_PLAINTEXT: process.env['WAYBILL_ALLOW_PLAINTEXT'] ?? '',
  };
}

function own(service: ServiceName, settings: InstallationSettings): { [name: string]: string } {
  const outside = { WAYBILL_RATE_PER_TOKEN: '200', WAYBILL_RATE_PER_ADDRESS: '2000', WAYBILL_TRUSTED_PROXIES: '' };
  const trust = { WAYBILL_ACTOR_PUBLIC_KEY_FILE: settings.actorPublicKeyFile };
  switch (service) {
    case 'gateway':
      return {
        ...storage(service, settings),
        ...outside,
        WAYBILL_S3_PUBLIC_ENDPOINT: settings.s3.endpoint,
        WAYBILL_CORS_ORIGINS: '',
        WAYBILL_API_TOKEN_MAX_DAYS: '365',
        WAYBILL_ADMIN_PASSWORD: settings.adminPassword,
        WAYBILL_ACTOR_KEY_FILE: settings.actorKeyFile,
        WAYBILL_PUBLIC_URL: `http://127.0.0.1:${settings.httpPorts.gateway}`,
        WAYBILL_OIDC_ISSUER: process.env['WAYBILL_OIDC_ISSUER'] ?? '',
        WAYBILL_OIDC_CLIENT_ID: process.env['WAYBILL_OIDC_CLIENT_ID'] ?? 'waybill',
        WAYBILL_OIDC_CLIENT_SECRET: process.env['WAYBILL_OIDC_CLIENT_SECRET'] ?? '',
        WAYBILL_WEBHOOK_ORIGINS: process.env['WAYBILL_WEBHOOK_ORIGINS'] ?? '',
        WAYBILL_WEBHOOK_ATTEMPTS: process.env['WAYBILL_WEBHOOK_ATTEMPTS'] ?? '12',
      };
    case 'package':
      return {
        ...storage(service, settings),
        ...trust,
        WAYBILL_UPLOAD_MAX_AGE: 'PT24H',
        WAYBILL_KEY_SET_FILE: settings.keyFiles.keySet,
        WAYBILL_PUBLISHING_KEY_FILE: settings.keyFiles.publish,
      };
    case 'fleet':
      return {
        ...storage(service, settings),
        ...outside,
        ...trust,
        WAYBILL_S3_PUBLIC_ENDPOINT: settings.s3.endpoint,
        WAYBILL_AGENT_BROKER_URL: settings.agentBrokerUrl,
        WAYBILL_TOKEN_KEY_FILE: settings.keyFiles.session,
        WAYBILL_KEY_SET_FILE: settings.keyFiles.keySet,
        WAYBILL_BROKER_MANAGEMENT_URL: settings.brokerManagementUrl,
        WAYBILL_BROKER_EVENTS_VHOST: 'agents',
      };
    case 'job-scheduler':
      return {
        ...trust,
        // a heap that grows as it likes made the start of a job for 300,000 computers 456 MB instead of 272
        NODE_OPTIONS: '--max-old-space-size=256 --max-semi-space-size=2',
        WAYBILL_COMMAND_KEY_FILE: settings.keyFiles.command,
        WAYBILL_KEY_SET_FILE: settings.keyFiles.keySet,
        // no job waits for a second person unless whoever starts the stack says so
        WAYBILL_ARCHIVE_AFTER_DAYS: process.env['WAYBILL_ARCHIVE_AFTER_DAYS'] ?? '365',
        WAYBILL_APPROVAL_ABOVE: process.env['WAYBILL_APPROVAL_ABOVE'] ?? '0',
        WAYBILL_APPROVAL_GROUPS: process.env['WAYBILL_APPROVAL_GROUPS'] ?? '',
        WAYBILL_CONFIRM_SHARE: process.env['WAYBILL_CONFIRM_SHARE'] ?? '0.5',
      };
    case 'result':
      return { ...trust, WAYBILL_CANCEL_GRACE_SECONDS: '60' };
  }
}

function storage(service: StorageService, { s3 }: InstallationSettings): { [name: string]: string } {
  return {
    WAYBILL_S3_ENDPOINT: s3.endpoint,
    WAYBILL_S3_ACCESS_KEY: s3.accounts[service].accessKey,
    WAYBILL_S3_SECRET_KEY: s3.accounts[service].secretKey,
    WAYBILL_S3_BUCKET: s3.bucket,
    WAYBILL_S3_REGION: s3.region,
  };
}

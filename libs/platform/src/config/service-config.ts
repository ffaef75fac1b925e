import { LINKS } from '@waybill/contracts';
import { IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min, ValidateIf } from 'class-validator';
import type { UsedLink } from '../tls/plain-links.js';
import { believe } from '../tls/believe.js';
import { IsListOf, isNetwork } from './lists.js';
import { Env, loadConfig } from './load-config.js';

/** Host names of a private network have no dot. */
const HTTP_URL = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };

/** Where the database is; all that a migration needs. */
export class DatabaseConfig {
  /** `postgres://user:password@host:port/database`; the role owns the service's schema */
  @Env('WAYBILL_DATABASE_URL', { secret: true })
  @Matches(/^postgres(ql)?:\/\//, { message: '$property must look like postgres://user:password@host:5432/waybill' })
  databaseUrl: string;
  /** connections */
  @Env('WAYBILL_DATABASE_POOL') @IsInt() @Min(1) @Max(500) databasePool: number = 10;
  /** certificates (PEM) of the authorities that are trusted, and no other; default those of the system */
  @Env('WAYBILL_CA') @IsOptional() @IsString() ca?: string;
  /** links that may leave this computer unencrypted, e.g. `http,broker`; default none */
  @Env('WAYBILL_ALLOW_PLAINTEXT')
  @IsListOf((entry) => (LINKS as readonly string[]).includes(entry), `links (${LINKS.join(', ')})`)
  allowPlaintext: string = '';

  /** Every way in and out of the process; see {@link plainLinks}. */
  links(): UsedLink[] {
    return [{ link: 'database', variable: 'WAYBILL_DATABASE_URL', url: this.databaseUrl }];
  }
}

/** What every service reads from the environment. */
export class ServiceConfig extends DatabaseConfig {
  /** address to listen on; containers use 0.0.0.0 */
  @Env('WAYBILL_HTTP_HOST') @IsString() httpHost: string = '127.0.0.1';
  @Env('WAYBILL_HTTP_PORT') @IsInt() @Min(0) @Max(65535) httpPort: number = 8080;
  /** certificate (PEM, with those between it and the root) that makes HTTP into HTTPS; needs `WAYBILL_TLS_KEY` */
  @Env('WAYBILL_TLS_CERT') @ValidateIf(isTls) @IsString() tlsCert?: string;
  @Env('WAYBILL_TLS_KEY', { secret: true }) @ValidateIf(isTls) @IsString() tlsKey?: string;
  /** without virtual host */
  @Env('WAYBILL_BROKER_URL', { secret: true })
  @Matches(/^amqps?:\/\//, { message: '$property must look like amqp://user:password@host:5672' })
  brokerUrl: string;
  /** before the virtual hosts' names; keeps test runs apart */
  @Env('WAYBILL_VHOST_PREFIX') @IsString() vhostPrefix: string = '';
  @Env('WAYBILL_LOG_LEVEL') @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']) logLevel: string =
    'info';
  /** where traces and metrics go (OTLP over HTTP); absent: nowhere */
  @Env('OTEL_EXPORTER_OTLP_ENDPOINT') @IsOptional() @IsUrl(HTTP_URL) otlpEndpoint?: string;

  override links(): UsedLink[] {
    const { tlsCert, httpHost, brokerUrl, otlpEndpoint } = this;
    const host = httpHost.includes(':') ? `[${httpHost}]` : httpHost;
    return [
      ...super.links(),
      { link: 'http', variable: 'WAYBILL_HTTP_HOST', url: `${tlsCert ? 'https' : 'http'}://${host}` },
      { link: 'broker', variable: 'WAYBILL_BROKER_URL', url: brokerUrl },
      ...(otlpEndpoint
        ? [{ link: 'telemetry', variable: 'OTEL_EXPORTER_OTLP_ENDPOINT', url: otlpEndpoint } as const]
        : []),
    ];
  }
}

/** Certificate and key come together. */
function isTls({ tlsCert, tlsKey }: ServiceConfig): boolean {
  return tlsCert !== undefined || tlsKey !== undefined;
}

/** Added by services that use object storage. */
export class StorageServiceConfig extends ServiceConfig {
  @Env('WAYBILL_S3_ENDPOINT') @IsUrl(HTTP_URL) s3Endpoint: string = 'http://127.0.0.1:9000';
  @Env('WAYBILL_S3_ACCESS_KEY', { secret: true }) @IsString() s3AccessKey: string;
  @Env('WAYBILL_S3_SECRET_KEY', { secret: true }) @IsString() s3SecretKey: string;
  @Env('WAYBILL_S3_BUCKET')
  @Matches(/^[a-z0-9][a-z0-9.-]{2,62}$/, { message: '$property must be a bucket name of 3-63 characters' })
  s3Bucket: string = 'waybill';
  @Env('WAYBILL_S3_REGION') @IsString() s3Region: string = 'us-east-1';

  override links(): UsedLink[] {
    return [...super.links(), { link: 'object-storage', variable: 'WAYBILL_S3_ENDPOINT', url: this.s3Endpoint }];
  }
}

/** Added by the services that people and computers reach from outside: gateway and fleet. */
export class PublicServiceConfig extends StorageServiceConfig {
  /** requests per second of one token, averaged over 10 s, counted by each process; 0: no limit */
  @Env('WAYBILL_RATE_PER_TOKEN') @IsInt() @Min(0) ratePerToken: number = 200;
  /** the same for all who come from one address; computers of a site may share one */
  @Env('WAYBILL_RATE_PER_ADDRESS') @IsInt() @Min(0) ratePerAddress: number = 2_000;
  /** proxies in front whose `X-Forwarded-For` is believed; default none */
  @Env('WAYBILL_TRUSTED_PROXIES')
  @IsListOf(isNetwork, 'addresses and networks such as 10.0.0.0/8')
  trustedProxies: string = '';
}

/** What a migration reads: where the database is, and whom to believe that it is the one. */
export function loadDatabaseConfig(): DatabaseConfig {
  const config = loadConfig(DatabaseConfig);
  believe(config.ca);
  return config;
}

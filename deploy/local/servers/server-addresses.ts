import { StackFailure } from '../stack-failure.ts';
import type { TlsFiles } from '../tls/certificate-files.ts';

/** How to reach the three servers with the rights to create accounts, schemas and buckets in them. */
export interface ServerAddresses {
  /** Superuser, or a role that may create databases and roles. */
  readonly postgresUrl: string;
  /** Administrator account, no vhost. */
  readonly brokerUrl: string;
  /** The same account on the HTTP API. */
  readonly managementUrl: string;
  readonly s3: S3Address;
  /** Private half of the key whose tokens the broker trusts. */
  readonly tokenKeyFile: string;
  readonly tokenKeyId: string;
  /** Set when the servers speak TLS: the authority, and what our services show. */
  readonly tls?: TlsFiles;
}

export interface S3Address {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** True where accounts limited to one bucket can be made by MinIO's admin API; else this one is used by the services. */
  readonly minioAdministrator: boolean;
}

export type BrokerAddress = Pick<ServerAddresses, 'brokerUrl' | 'managementUrl' | 'tokenKeyFile' | 'tokenKeyId'>;

/** Addresses that the environment names; what it does not name is found or started here. */
export interface GivenAddresses {
  readonly postgresUrl?: string;
  readonly broker?: BrokerAddress;
  readonly s3?: S3Address;
}

/**
 * Reads `<prefix>POSTGRES_URL`, `<prefix>BROKER_URL` … A server is given with all it needs or not at all.
 * @param prefix WAYBILL_STACK_ for `npm start`, WAYBILL_TEST_ for `npm test`
 */
export function addressesFrom(env: NodeJS.ProcessEnv, prefix: string): GivenAddresses {
  const group = (names: readonly string[]): string[] | undefined => {
    const values = names.map((name) => env[prefix + name]);
    const missing = names.filter((_, index) => !values[index]);
    if (missing.length === names.length) return undefined;
    if (missing.length > 0) {
      const given = names.filter((name) => !missing.includes(name));
      throw new StackFailure(
        `${prefix}${given[0]} is set but ${missing.map((name) => prefix + name).join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not: set all of them or none.`,
      );
    }
    return values as string[];
  };
  const postgres = group(['POSTGRES_URL']);
  const broker = group(['BROKER_URL', 'BROKER_MANAGEMENT_URL', 'TOKEN_KEY_FILE']);
  const s3 = group(['S3_ENDPOINT', 'S3_ACCESS_KEY', 'S3_SECRET_KEY']);
  return {
    ...(postgres && { postgresUrl: postgres[0] }),
    ...(broker && {
      broker: {
        brokerUrl: trimSlash(broker[0]),
        managementUrl: trimSlash(broker[1]),
        tokenKeyFile: broker[2] ?? '',
        tokenKeyId: env[`${prefix}TOKEN_KEY_ID`] ?? TOKEN_KEY_ID,
      },
    }),
    ...(s3 && {
      s3: { endpoint: trimSlash(s3[0]), accessKey: s3[1] ?? '', secretKey: s3[2] ?? '', minioAdministrator: false },
    }),
  };
}

/** The `kid` of the key that signs agents' broker tokens. */
export const TOKEN_KEY_ID = 'waybill-token-1';

/** What specs read; see CONTRIBUTING.md. */
export function testEnvironment(addresses: ServerAddresses): Readonly<{ [name: string]: string }> {
  return {
    WAYBILL_TEST_POSTGRES_URL: addresses.postgresUrl,
    WAYBILL_TEST_BROKER_URL: addresses.brokerUrl,
    WAYBILL_TEST_BROKER_MANAGEMENT_URL: addresses.managementUrl,
    WAYBILL_TEST_S3_ENDPOINT: addresses.s3.endpoint,
    WAYBILL_TEST_S3_ACCESS_KEY: addresses.s3.accessKey,
    WAYBILL_TEST_S3_SECRET_KEY: addresses.s3.secretKey,
    WAYBILL_TEST_TOKEN_KEY_FILE: addresses.tokenKeyFile,
    WAYBILL_TEST_TOKEN_KEY_ID: addresses.tokenKeyId,
  };
}

function trimSlash(url: string | undefined): string {
  return (url ?? '').replace(/\/+$/, '');
}

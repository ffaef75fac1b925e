import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AUDITED_SERVICES, installAudit } from '@waybill/audit/schema';
import { localDirectory } from '../local-paths.ts';
import { prepareBroker, removeVhosts } from '../prepare/broker-accounts.ts';
import { prepareBucket, REGION, removeBucket } from '../prepare/bucket.ts';
import type { StorageService } from '../prepare/storage-rights.ts';
import { databaseUrl, dropDatabase, prepareDatabase, urlFor } from '../prepare/database.ts';
import { migrate } from '../prepare/migrations.ts';
import { KeyStore } from '../keys/key-store.ts';
import { keyPairIn, secretIn } from '../secret-files.ts';
import type { Servers } from '../servers/start-servers.ts';
import { settleAll } from '../settle.ts';
import { StackFailure } from '../stack-failure.ts';
import { httpPorts, MAIN_INSTALLATION } from './http-ports.ts';
import { type InstallationSettings, type ServiceName, SERVICES } from './service-environment.ts';

export interface Installation {
  readonly name: string;
  readonly settings: InstallationSettings;
  readonly logDirectory: string;
  /** Holds the administrator's password, mode 0600. */
  readonly adminPasswordFile: string;
  /** Removes database, vhosts and bucket; the services must be stopped. */
  remove(): Promise<void>;
}

/**
 * Brings servers to the state in which the five services can run: accounts with least rights, schemas and their migrations,
 * topology, bucket, keys. Idempotent; several installations can share the same servers.
 * @param name lower-case letters, digits and dashes; {@link MAIN_INSTALLATION} is the one of `npm start`
 */
export async function prepareInstallation(servers: Servers, name: string, signal?: AbortSignal): Promise<Installation> {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) throw new StackFailure(`"${name}" is no name for an installation.`);
  const { addresses, paths } = servers;
  const isMain = name === MAIN_INSTALLATION;
  const ports = await httpPorts(paths.name, name);
  const logDirectory = isMain ? paths.log : join(paths.log, name);
  mkdirSync(logDirectory, { recursive: true });
  const database = isMain ? 'waybill' : `waybill_${name}`;
  const bucket = isMain ? 'waybill' : `waybill-${name}`;
  const vhostPrefix = isMain ? '' : `${name}-`;
  const secret = (label: string): string => secretIn(join(paths.keys, `${label}.secret`));
  const forEach = <T>(make: (service: ServiceName) => T): { [service in ServiceName]: T } =>
    Object.fromEntries(SERVICES.map((service) => [service, make(service)])) as { [service in ServiceName]: T };

  const passwords = forEach((service) => secret(`database-${service}`));
  const brokerPasswords = forEach((service) => secret(`broker-${service}`));
  const roles = forEach((service) => service.replace('-', '_'));
  const logFile = join(logDirectory, 'prepare.log');
  await prepareDatabase(
    addresses.postgresUrl,
    database,
    SERVICES.map((service) => ({ role: roles[service], password: passwords[service] })),
  );
  await installAudit(
    databaseUrl(addresses.postgresUrl, database),
    AUDITED_SERVICES.map((service) => ({ service, role: roles[service] })),
  );
  const databaseUrls = forEach((service) =>
    urlFor(databaseUrl(addresses.postgresUrl, database), roles[service], passwords[service]),
  );
  signal?.throwIfAborted();
  const account = (service: StorageService) => ({
    accessKey: `${service}-${name}`.slice(0, 20),
    secretKey: secret(`s3-${service}-${name}`),
  });
  const accounts = await prepareBucket(addresses.s3, bucket, {
    gateway: account('gateway'),
    package: account('package'),
    fleet: account('fleet'),
  });
  signal?.throwIfAborted();
  const adminPasswordFile =
    isMain && paths.name === 'start'
      ? join(localDirectory, 'admin-password')
      : join(paths.keys, `admin-${name}.secret`);
  const actorKey = keyPairIn(paths.keys, 'actor');
  const keys = new KeyStore(paths.keys, addresses.tokenKeyFile);
  await keys.ensure(addresses.tokenKeyId);
  const settings: InstallationSettings = {
    httpPorts: ports,
    databaseUrls,
    brokerUrls: forEach((service) => urlFor(addresses.brokerUrl, service, brokerPasswords[service])),
    vhostPrefix,
    brokerManagementUrl: urlFor(addresses.managementUrl, 'fleet', brokerPasswords.fleet).replace(/\/$/, ''),
    agentBrokerUrl: withoutCredentials(addresses.brokerUrl),
    s3: { endpoint: addresses.s3.endpoint, bucket, region: REGION, accounts },
    ...(addresses.tls && { tls: addresses.tls }),
    actorKeyFile: actorKey.privateKey,
    actorPublicKeyFile: actorKey.publicKey,
    keyFiles: keys.paths,
    adminPassword: secretIn(adminPasswordFile),
    logLevel: process.env['WAYBILL_LOG_LEVEL'] ?? 'info',
  };
  await settleAll([
    prepareBroker({ addresses, vhostPrefix, passwords: brokerPasswords, logFile }),
    migrate(settings, logFile, signal),
  ]);
  const remove = async (): Promise<void> => {
    await settleAll([
      dropDatabase(addresses.postgresUrl, database),
      removeVhosts(addresses, vhostPrefix),
      removeBucket(addresses.s3, bucket),
    ]);
  };
  return { name, settings, logDirectory, adminPasswordFile, remove };
}

function withoutCredentials(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

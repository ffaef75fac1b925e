import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDebianTree, hasDebianTree, type InstallOptions } from '../install/debian-tree.ts';
import { ensureMinio, findMinio } from '../install/minio-binary.ts';
import { neededBytes } from '../install/needed-space.ts';
import { demandRoot, demandSpace } from '../install/required-tools.ts';
import { brokerKeys } from '../keys/session-keys.ts';
import { type InstancePaths, localDirectory } from '../local-paths.ts';
import { demandFree, rememberedPorts } from '../ports.ts';
import type { RunningInstance } from '../running-instance.ts';
import { keyPairIn, secretIn } from '../secret-files.ts';
import { alsoTrust, tlsFilesIn } from '../tls/certificate-files.ts';
import type { StackFailure } from '../stack-failure.ts';
import { shareHostNames } from './inside-debian.ts';
import { ManagedServer, type ServerDefinition } from './managed-server.ts';
import { minioServer } from './minio-server.ts';
import { postgresServer, postgresUrl } from './postgres-server.ts';
import { rabbitmqServer } from './rabbitmq-server.ts';
import { type GivenAddresses, type ServerAddresses, TOKEN_KEY_ID } from './server-addresses.ts';

/** Whose port it is. */
const PORTS = {
  postgres: 'PostgreSQL',
  amqp: 'RabbitMQ',
  management: 'RabbitMQ',
  prometheus: 'RabbitMQ',
  distribution: 'RabbitMQ',
  epmd: 'RabbitMQ',
  s3: 'MinIO',
  s3Console: 'MinIO',
} as const;
type PortName = keyof typeof PORTS;
const PORT_NAMES = Object.keys(PORTS) as PortName[];

export interface PrivateOptions extends InstallOptions {
  readonly paths: InstancePaths;
  readonly given: GivenAddresses;
  readonly durable: boolean;
  /** Begins with empty servers. */
  readonly fresh: boolean;
  readonly tls: boolean;
  readonly instance: RunningInstance;
  readonly onDeath: (failure: StackFailure) => void;
}

export interface PrivateServers {
  readonly addresses: ServerAddresses;
  /** Those that this process runs; a server given by address is not among them. */
  readonly postgres: ManagedServer | undefined;
  readonly rabbitmq: ManagedServer | undefined;
  readonly minio: ManagedServer | undefined;
}

/**
 * Installs what is missing and defines, without starting them, the servers that were not given by address. Whatever would stand in their way
 * (rights, ports, space) is found out before anything is installed.
 */
export async function definePrivateServers(options: PrivateOptions): Promise<PrivateServers> {
  const { paths, given } = options;
  const needsTree = !given.postgresUrl || !given.broker;
  if (needsTree) demandRoot();
  const ports = await rememberedPorts(paths.name, PORT_NAMES);
  await demandPorts(ports, { PostgreSQL: !given.postgresUrl, RabbitMQ: !given.broker, MinIO: !given.s3 });
  const missing = { tree: needsTree && !hasDebianTree(), minio: !given.s3 && findMinio() === undefined };
  demandSpace(localDirectory, neededBytes(missing), missing.tree || missing.minio ? 'the first start' : 'the servers');
  if (needsTree) {
    await ensureDebianTree(options);
    shareHostNames();
  }
  const minioBinary = given.s3 ? '' : await ensureMinio(options);
  if (options.fresh) {
    if (needsTree) rmSync(paths.data, { recursive: true, force: true });
    rmSync(join(paths.directory, 'minio'), { recursive: true, force: true });
  }
  const password = secretIn(join(paths.keys, 'servers.secret'));
  const tokenKey = keyPairIn(paths.keys, 'token');
  const tls = options.tls ? await tlsFilesIn(paths.keys) : undefined;
  if (tls) alsoTrust(tls.ca);
  const s = tls ? 's' : '';
  const tokenKeys = brokerKeys(paths.keys);

  const postgres = { paths, port: ports.postgres, password, durable: options.durable };
  const rabbitmq = {
    paths,
    ports: {
      amqp: ports.amqp,
      management: ports.management,
      prometheus: ports.prometheus,
      distribution: ports.distribution,
      epmd: ports.epmd,
    },
    administrator: { name: 'admin', password },
    tls,
    tokenKeys,
  };
  const s3 = {
    paths,
    binary: minioBinary,
    port: ports.s3,
    consolePort: ports.s3Console,
    rootUser: 'waybill-admin',
    rootPassword: password,
    tls,
  };
  const managed = (definition: ServerDefinition): ManagedServer =>
    new ManagedServer(definition, options.instance, options.onDeath);
  return {
    postgres: given.postgresUrl ? undefined : managed(postgresServer(postgres)),
    rabbitmq: given.broker ? undefined : managed(rabbitmqServer(rabbitmq)),
    minio: given.s3 ? undefined : managed(minioServer(s3)),
    addresses: {
      postgresUrl: given.postgresUrl ?? postgresUrl(postgres),
      ...(given.broker ?? {
        brokerUrl: `amqp${s}://admin:${password}@127.0.0.1:${ports.amqp}`,
        managementUrl: `http${s}://admin:${password}@127.0.0.1:${ports.management}`,
        tokenKeyFile: tokenKey.privateKey,
        tokenKeyId: tokenKeys[0]?.kid ?? TOKEN_KEY_ID,
      }),
      s3: given.s3 ?? {
        endpoint: `http${s}://127.0.0.1:${ports.s3}`,
        accessKey: s3.rootUser,
        secretKey: password,
        minioAdministrator: true,
      },
      ...(tls && { tls }),
    },
  };
}

/** @throws StackFailure for the first port that is taken of a server that is to run */
async function demandPorts(
  ports: Readonly<Record<PortName, number>>,
  runs: Readonly<Record<(typeof PORTS)[PortName], boolean>>,
): Promise<void> {
  const remedy = 'stop what listens there, or delete .local/ports.json to have others chosen.';
  for (const name of PORT_NAMES) if (runs[PORTS[name]]) await demandFree(ports[name], PORTS[name], remedy);
}

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { brokerKeys } from '../keys/session-keys.ts';
import { type InstancePaths, repositoryRoot } from '../local-paths.ts';
import { rememberedPorts } from '../ports.ts';
import { type Progress, step } from '../progress.ts';
import { outputOf, runCommand } from '../run-command.ts';
import { keyPairIn, secretIn } from '../secret-files.ts';
import { S3_ACCESS_KEY, writeServerFiles } from './compose-files.ts';
import { type ServerAddresses, TOKEN_KEY_ID } from './server-addresses.ts';

const SERVERS = ['postgres', 'rabbitmq', 'minio'];

/** True when a Docker engine answers and has the compose plugin. */
export async function dockerAnswers(): Promise<boolean> {
  if (process.env['WAYBILL_STACK_DOCKER'] === '0') return false;
  return (
    (await outputOf('docker', ['info', '--format', '{{.ID}}'])) !== undefined &&
    (await outputOf('docker', ['compose', 'version'])) !== undefined
  );
}

export interface DockerServers {
  readonly addresses: ServerAddresses;
  /** Stops the containers; the volumes stay. */
  stop(): Promise<void>;
}

/** The three servers out of deploy/compose.yaml, one compose project per checkout and instance. */
export async function startDockerServers(
  paths: InstancePaths,
  progress: Progress,
  signal?: AbortSignal,
): Promise<DockerServers> {
  const ports = await rememberedPorts(paths.name, ['postgres', 'amqp', 'management', 's3'] as const);
  const password = secretIn(join(paths.keys, 'servers.secret'));
  const keyFiles = keyPairIn(paths.keys, 'token');
  const tokenKeys = brokerKeys(paths.keys);
  const secrets = join(paths.directory, 'docker-secrets');
  // Nothing to run at PostgreSQL's first start: roles and schemas are created in the same way for every kind of server.
  writeServerFiles(secrets, { password, tokenKeys });

  const checkout = createHash('sha256').update(repositoryRoot).digest('hex').slice(0, 8);
  const compose = [
    'compose',
    '-p',
    `waybill-${paths.name}-${checkout}`,
    '-f',
    join(repositoryRoot, 'deploy/compose.yaml'),
  ];
  const logFile = join(paths.log, 'docker.log');
  const env = {
    ...process.env,
    WAYBILL_POSTGRES_PORT: String(ports.postgres),
    WAYBILL_BROKER_PORT: String(ports.amqp),
    WAYBILL_BROKER_MANAGEMENT_PORT: String(ports.management),
    WAYBILL_S3_PORT: String(ports.s3),
    WAYBILL_SECRETS: secrets,
  };
  const failure =
    'Docker could not bring up PostgreSQL, RabbitMQ and MinIO; see the log, or set WAYBILL_STACK_DOCKER=0.';
  await step(progress, 'Starting PostgreSQL, RabbitMQ and MinIO by Docker', () =>
    runCommand('docker', [...compose, 'up', '--detach', '--wait', ...SERVERS], { env, logFile, failure, signal }),
  );
  return {
    addresses: {
      postgresUrl: `postgres://postgres:${password}@127.0.0.1:${ports.postgres}/postgres`,
      brokerUrl: `amqp://admin:${password}@127.0.0.1:${ports.amqp}`,
      managementUrl: `http://admin:${password}@127.0.0.1:${ports.management}`,
      s3: {
        endpoint: `http://127.0.0.1:${ports.s3}`,
        accessKey: S3_ACCESS_KEY,
        secretKey: password,
        minioAdministrator: true,
      },
      tokenKeyFile: keyFiles.privateKey,
      tokenKeyId: tokenKeys[0]?.kid ?? TOKEN_KEY_ID,
    },
    stop: () => runCommand('docker', [...compose, 'stop', ...SERVERS], { env, logFile, failure }),
  };
}

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionKey } from '../keys/session-keys.ts';
import { brokerDefinitions, enabledPlugins, rabbitmqConf } from './rabbitmq-config.ts';

/** Administrator of the object store in a container. */
export const S3_ACCESS_KEY = 'waybill-admin';

export interface ComposeServers {
  /** Of the administrator of each of the three servers. */
  readonly password: string;
  /** Keys whose tokens the broker trusts; the first is the default. */
  readonly tokenKeys: readonly SessionKey[];
}

/**
 * Writes what deploy/compose.yaml gives PostgreSQL, RabbitMQ and MinIO to read, into a directory that only the owner can
 * enter. The files in it are world-readable: the servers in the containers have user ids of their own.
 */
export function writeServerFiles(directory: string, { password, tokenKeys }: ComposeServers): void {
  // What is in there runs at PostgreSQL's first start.
  mkdirSync(join(directory, 'initdb'), { recursive: true });
  chmodSync(directory, 0o700);
  writeSecretFiles(directory, {
    'postgres-password': password,
    's3-access-key': S3_ACCESS_KEY,
    's3-secret-key': password,
    // One file is all that the container is given; several keys in it would be none to RabbitMQ.
    'token.pub.pem': tokenKeys[0]?.pem ?? '',
    enabled_plugins: enabledPlugins,
    'definitions.json': brokerDefinitions({ name: 'admin', password }),
    'rabbitmq.conf': rabbitmqConf({
      host: '0.0.0.0',
      amqpPort: 5672,
      managementPort: 15_672,
      prometheusPort: 15_692,
      tokenKeys: [{ kid: tokenKeys[0]?.kid ?? '', file: '/etc/rabbitmq/token.pub.pem' }],
      definitionsFile: '/etc/rabbitmq/definitions.json',
    }),
  });
}

/** Files for containers, by name inside of the directory. */
export function writeSecretFiles(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content, { mode: 0o644 });
}

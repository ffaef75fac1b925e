import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { InstancePaths } from '../local-paths.ts';
import type { ServerDefinition } from './managed-server.ts';

export interface MinioOptions {
  readonly paths: InstancePaths;
  readonly binary: string;
  readonly port: number;
  readonly consolePort: number;
  readonly rootUser: string;
  readonly rootPassword: string;
}

/** MinIO on loopback, straight on the host: a single Go binary needs no tree around it. */
export function minioServer(options: MinioOptions): ServerDefinition {
  const data = join(options.paths.directory, 'minio');
  const address = `127.0.0.1:${options.port}`;
  const listen = ['--address', address, '--console-address', `127.0.0.1:${options.consolePort}`];
  return {
    name: 'MinIO',
    startTimeoutMs: 60_000,
    prepare: () => Promise.resolve(void mkdirSync(data, { recursive: true, mode: 0o700 })),
    command: () => ({
      command: [options.binary, 'server', '--quiet', ...listen, data],
      env: {
        PATH: process.env['PATH'],
        HOME: options.paths.directory,
        MINIO_ROOT_USER: options.rootUser,
        MINIO_ROOT_PASSWORD: options.rootPassword,
        MINIO_UPDATE: 'off',
      },
      logFile: join(options.paths.log, 'minio.log'),
      stopSignal: 'TERM',
      stopTimeoutMs: 15_000,
    }),
    answers: async () => {
      try {
        const response = await fetch(`http://${address}/minio/health/ready`, { signal: AbortSignal.timeout(2_000) });
        await response.body?.cancel();
        return response.ok;
      } catch {
        return false;
      }
    },
  };
}

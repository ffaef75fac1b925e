import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { InstancePaths } from '../local-paths.ts';
import { writePrivately } from '../secret-files.ts';
import type { TlsFiles } from '../tls/certificate-files.ts';
import type { ServerDefinition } from './managed-server.ts';

export interface MinioOptions {
  readonly paths: InstancePaths;
  readonly binary: string;
  readonly port: number;
  readonly consolePort: number;
  readonly rootUser: string;
  readonly rootPassword: string;
  readonly tls: TlsFiles | undefined;
}

/** MinIO on loopback, straight on the host: a single Go binary needs no tree around it. */
export function minioServer(options: MinioOptions): ServerDefinition {
  const data = join(options.paths.directory, 'minio');
  const address = `127.0.0.1:${options.port}`;
  const certificates = join(options.paths.directory, 'minio-certs');
  // it looks into this directory in any case, and speaks TLS when it finds something there
  const tls = ['--certs-dir', certificates];
  const listen = ['--address', address, '--console-address', `127.0.0.1:${options.consolePort}`];
  return {
    name: 'MinIO',
    startTimeoutMs: 60_000,
    prepare: () => Promise.resolve(prepare(data, certificates, options.tls)),
    command: () => ({
      command: [options.binary, 'server', '--quiet', ...tls, ...listen, data],
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
        const response = await fetch(`http${options.tls ? 's' : ''}://${address}/minio/health/ready`, {
          signal: AbortSignal.timeout(2_000),
        });
        await response.body?.cancel();
        return response.ok;
      } catch {
        return false;
      }
    },
  };
}

function prepare(data: string, certificates: string, tls: TlsFiles | undefined): void {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  rmSync(certificates, { recursive: true, force: true });
  mkdirSync(certificates, { mode: 0o700 });
  if (!tls) return;
  writePrivately(join(certificates, 'public.crt'), readFileSync(tls.certificate, 'utf8'));
  writePrivately(join(certificates, 'private.key'), readFileSync(tls.key, 'utf8'));
}

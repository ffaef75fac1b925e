import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { InstancePaths } from '../local-paths.ts';
import { debianRoot } from '../local-paths.ts';
import { runCommand } from '../run-command.ts';
import { asDebianUser, debianEnvironment, debianNamespace } from './inside-debian.ts';
import type { ServerDefinition } from './managed-server.ts';

const BINARIES = '/usr/lib/postgresql/18/bin';

export interface PostgresOptions {
  readonly paths: InstancePaths;
  readonly port: number;
  /** Of the superuser `postgres`. */
  readonly password: string;
  /** False lets the machine lose data at a power cut (never at a crash of a process): for tests only, twice as fast. */
  readonly durable: boolean;
}

export function postgresUrl(options: PostgresOptions): string {
  return `postgres://postgres:${options.password}@127.0.0.1:${options.port}/postgres`;
}

/** PostgreSQL 18 out of the private Debian tree; passwords are asked for on every connection, loopback only. */
export function postgresServer(options: PostgresOptions): ServerDefinition {
  const logFile = join(options.paths.log, 'postgres.log');
  const inside = `${options.paths.dataInside}/postgres`;
  const settings = [
    `port=${options.port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=400',
    'shared_buffers=256MB',
    'max_wal_size=4GB',
    ...(options.durable ? [] : ['fsync=off', 'full_page_writes=off']),
  ];
  return {
    name: 'PostgreSQL',
    startTimeoutMs: 60_000,
    prepare: () => initialise(options, logFile),
    command: () => ({
      namespace: debianNamespace,
      command: asDebianUser('postgres', [`${BINARIES}/postgres`, '-D', inside, ...settings.flatMap((s) => ['-c', s])]),
      env: debianEnvironment,
      logFile,
      stopSignal: 'INT',
      stopTimeoutMs: 30_000,
    }),
    answers: () => answers(postgresUrl(options)),
  };
}

/** Made under another name and renamed: an interrupted initdb is simply made again. */
async function initialise(options: PostgresOptions, logFile: string): Promise<void> {
  const data = join(options.paths.data, 'postgres');
  if (existsSync(data)) {
    // Left by a kill -9. No other server can be on these data: the instance is ours, and process ids start anew inside.
    rmSync(join(data, 'postmaster.pid'), { force: true });
    return;
  }
  const user = debianUserId('postgres');
  const fresh = `${data}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  chmodSync(options.paths.data, 0o755);
  chownSync(fresh, user, user);
  const passwordFile = join(options.paths.data, 'postgres.password');
  writeFileSync(passwordFile, options.password, { mode: 0o600 });
  chownSync(passwordFile, user, user);
  const inside = options.paths.dataInside;
  const initdb = [`${BINARIES}/initdb`, '-D', `${inside}/postgres.new`, '-U', 'postgres', '-A', 'scram-sha-256'];
  const locale = ['-E', 'UTF8', '--locale=C.UTF-8', `--pwfile=${inside}/postgres.password`];
  const [command = '', ...args] = asDebianUser('postgres', [...initdb, ...locale]);
  const failure = 'The PostgreSQL data directory could not be created; see the log, then start again.';
  await runCommand(command, args, { env: debianEnvironment, logFile, failure });
  rmSync(passwordFile);
  renameSync(fresh, data);
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The numeric id of a user of the private tree; the same name may have another number, or none, on the host. */
export function debianUserId(user: string): number {
  const accounts = readFileSync(join(debianRoot, 'etc/passwd'), 'utf8').split('\n');
  return Number(accounts.find((line) => line.startsWith(`${user}:`))?.split(':')[2]);
}

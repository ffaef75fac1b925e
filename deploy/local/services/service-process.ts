import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { repositoryRoot } from '../local-paths.ts';
import { demandFree } from '../ports.ts';
import { type ProcessIdentity, startTimeOf } from '../process-identity.ts';
import { StackFailure } from '../stack-failure.ts';
import type { ServiceName } from './service-environment.ts';

const START_TIMEOUT_MS = 60_000;
/** A service drains its consumers first; after this it is killed. */
const STOP_TIMEOUT_MS = 20_000;
const LOG_LIMIT_BYTES = 50 * 1024 * 1024;

export interface ServiceProcessOptions {
  readonly service: ServiceName;
  readonly port: number;
  readonly env: Readonly<{ [name: string]: string }>;
  readonly logFile: string;
  readonly onDeath: (failure: StackFailure) => void;
  /** Called with each process that is started. */
  readonly onSpawn: (identity: ProcessIdentity) => void;
}

/** One of our services as a child process: can be stopped, killed and started again. */
export class ServiceProcess {
  readonly name: ServiceName;
  readonly url: string;
  readonly logFile: string;
  private readonly options: ServiceProcessOptions;
  private child: ChildProcess | undefined;
  /** False once the service was ready: from then on an end that nobody asked for is news. */
  private expected = true;

  constructor(options: ServiceProcessOptions) {
    this.options = options;
    this.name = options.service;
    this.url = `http${options.env['WAYBILL_TLS_CERT_FILE'] ? 's' : ''}://127.0.0.1:${options.port}`;
    this.logFile = options.logFile;
  }

  /** Of the running process, for measurements. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts the process and waits until it says that it is ready. */
  async start(signal?: AbortSignal): Promise<void> {
    await this.spawn();
    await this.untilReady(signal);
  }

  /** Starts the process without waiting; see {@link untilReady}. */
  async spawn(): Promise<void> {
    const { port, service, logFile } = this.options;
    await demandFree(port, service, 'stop what listens there, then start again.');
    const directory = join(repositoryRoot, 'services', service);
    if (!existsSync(join(directory, 'dist/main.js'))) {
      throw new StackFailure(`The service ${service} is not built: run npm run build, then start again.`);
    }
    const log = openLog(logFile);
    const instrumentation = join(repositoryRoot, 'libs/platform/dist/instrumentation.js');
    const node = [process.execPath, '--enable-source-maps', '--import', instrumentation, 'dist/main.js'];
    const [program = '', ...args] = [...dyingWithParent(), ...node];
    const child = spawn(program, args, {
      cwd: directory,
      env: { ...inherited(), ...ALLOCATOR, ...this.options.env },
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    this.child = child;
    if (child.pid !== undefined) this.options.onSpawn({ pid: child.pid, startTime: startTimeOf(child.pid) ?? '' });
    child.once('error', () => this.ended(child));
    child.once('exit', () => this.ended(child));
  }

  async untilReady(signal?: AbortSignal): Promise<void> {
    const child = this.child;
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await this.isReady())) {
      signal?.throwIfAborted();
      if (this.child !== child || !child || hasEnded(child)) {
        throw new StackFailure(`The service ${this.name} ended while it was starting; its log says why.`, this.options);
      }
      if (Date.now() > deadline) {
        const seconds = START_TIMEOUT_MS / 1000;
        throw new StackFailure(
          `The service ${this.name} was not ready within ${seconds} s; see its log.`,
          this.options,
        );
      }
      await wait(100, undefined, { signal });
    }
    this.expected = false;
  }

  async isReady(): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(5_000) });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }

  /** Orderly: the service drains its consumers, then ends. */
  async stop(): Promise<void> {
    const child = this.forget();
    if (!child || hasEnded(child)) return;
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    child.kill('SIGTERM');
    await untilEnded(child);
    clearTimeout(timer);
  }

  /** A crash, for tests of recovery. */
  async kill(): Promise<void> {
    const child = this.forget();
    if (!child || hasEnded(child)) return;
    child.kill('SIGKILL');
    await untilEnded(child);
  }

  private ended(child: ChildProcess): void {
    if (this.child !== child) return;
    this.child = undefined;
    if (this.expected) return;
    const failure = `The service ${this.name} ended by itself; see its log, then start again.`;
    this.options.onDeath(new StackFailure(failure, { logFile: this.logFile }));
  }

  private forget(): ChildProcess | undefined {
    const child = this.child;
    this.child = undefined;
    this.expected = true;
    return child;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function untilEnded(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  await new Promise((resolve) => child.once('exit', resolve));
}

/** The kernel asks the service to end if its starter is killed; other systems than Linux do without. */
function dyingWithParent(): readonly string[] {
  hasSetpriv ??= spawnSync('setpriv', ['--version']).status === 0;
  return hasSetpriv ? ['setpriv', '--pdeathsig', 'TERM'] : [];
}

let hasSetpriv: boolean | undefined;

/**
 * Streaming gigabytes through buffers leaves holes in glibc's arenas, one set per thread; two are enough and keep the resident size down.
 */
const ALLOCATOR = { MALLOC_ARENA_MAX: '2' };

/** What a service needs of our environment; never variables meant for another process. */
function inherited(): NodeJS.ProcessEnv {
  const names = [
    'PATH',
    'HOME',
    'LANG',
    'TZ',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'NODE_EXTRA_CA_CERTS',
    'NODE_COMPILE_CACHE',
  ];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file) && statSync(file).size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

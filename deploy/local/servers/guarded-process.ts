import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startTimeOf } from '../process-identity.ts';

/** A log that passed this size is put aside as `<name>.log.1` when the server starts anew. */
const LOG_LIMIT_BYTES = 20 * 1024 * 1024;

export interface GuardedCommand {
  readonly command: readonly string[];
  /** Prefix that puts guard and command into a world of their own; see inside-debian.ts. */
  readonly namespace?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** What the server takes as "finish orderly". */
  readonly stopSignal: 'INT' | 'TERM';
  /** After this many milliseconds an orderly stop becomes a kill. */
  readonly stopTimeoutMs: number;
}

/** A server process under guard.sh: it cannot outlive the process that holds this object. */
export class GuardedProcess {
  readonly exited: Promise<void>;
  readonly pid: number;
  readonly startTime: string;
  private readonly child: ChildProcess;
  private readonly stopTimeoutMs: number;
  private ended = false;

  constructor(options: GuardedCommand) {
    const log = openLog(options.logFile);
    const guard = ['sh', join(import.meta.dirname, 'guard.sh'), options.stopSignal, ...options.command];
    const [program = 'sh', ...args] = [...(options.namespace ?? []), ...guard];
    this.child = spawn(program, args, { env: options.env, stdio: ['pipe', log, log], detached: true });
    closeSync(log);
    this.stopTimeoutMs = options.stopTimeoutMs;
    this.pid = this.child.pid ?? 0;
    this.startTime = startTimeOf(this.pid) ?? '';
    this.child.stdin?.on('error', () => undefined);
    this.exited = new Promise((resolve) => {
      const end = (): void => {
        this.ended = true;
        resolve();
      };
      this.child.once('exit', end);
      this.child.once('error', end);
    });
  }

  get running(): boolean {
    return !this.ended;
  }

  /** Orderly; returns when the process and all it started are gone. */
  async stop(): Promise<void> {
    if (this.ended) return;
    this.child.stdin?.end();
    const timer = setTimeout(() => void this.kill(), this.stopTimeoutMs);
    await this.exited;
    clearTimeout(timer);
  }

  /** As a power cut would: nothing is flushed, nobody is told. */
  async kill(): Promise<void> {
    if (this.ended) return;
    killGroup(this.pid);
    await this.exited;
  }
}

/** Kills a guard's whole process group; quiet when it is gone already. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: it ended by itself meanwhile, which is what was wanted.
  }
}

function openLog(file: string): number {
  if (existsSync(file) && statSync(file).size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

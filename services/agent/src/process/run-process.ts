import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { startTicks } from './process-table.js';

/** A command line: what is run, not how. */
export interface CommandLine {
  file: string;
  args: string[];
  /** added to the clean environment that every child gets */
  env?: Record<string, string>;
}

export interface ProcessOptions {
  cwd: string;
  /** milliseconds until the whole process group is killed */
  timeoutMs: number;
  /** file that both outputs are appended to */
  log: string;
  /** called with the group's leader as soon as it runs */
  started?: (process: { pid: number; startTicks: string }) => void;
  signal?: AbortSignal;
}

export type ProcessResult =
  | { kind: 'exited'; exitCode: number }
  | { kind: 'timedOut' }
  /** it could not be started, or a signal ended it */
  | { kind: 'broken'; why: string };

/** Between the request to end and the kill. */
const KILL_AFTER_MS = 10_000;

/**
 * Runs a program in its own process group, without a shell, with a clean environment: the agent's own may hold secrets.
 * Output goes to a file descriptor, not a pipe, so that the program survives the agent.
 */
export async function runProcess(line: CommandLine, options: ProcessOptions): Promise<ProcessResult> {
  const log = openSync(options.log, 'a', 0o600);
  try {
    return await supervise(line, options, log);
  } finally {
    closeSync(log);
  }
}

function supervise(
  line: CommandLine,
  { cwd, timeoutMs, started, signal }: ProcessOptions,
  log: number,
): Promise<ProcessResult> {
  return new Promise((resolve) => {
    const env = { ...cleanEnvironment(), ...line.env };
    const child = spawn(line.file, line.args, { cwd, env, detached: true, stdio: ['ignore', log, log] });
    let ending: ProcessResult | null = null;
    let kill: NodeJS.Timeout | undefined;
    const end = (result: ProcessResult) => {
      if (ending || child.pid === undefined) return;
      ending = result;
      signalGroup(child.pid, 'SIGTERM');
      kill = setTimeout(() => signalGroup(child.pid!, 'SIGKILL'), KILL_AFTER_MS);
    };
    const timer = setTimeout(() => end({ kind: 'timedOut' }), timeoutMs);
    const abort = () => end({ kind: 'broken', why: 'it was stopped' });
    signal?.addEventListener('abort', abort, { once: true });
    const done = (result: ProcessResult) => {
      clearTimeout(timer);
      clearTimeout(kill);
      signal?.removeEventListener('abort', abort);
      // The leader is gone, the rest of its group must not outlive a time-out.
      if (ending && child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
      resolve(ending ?? result);
    };
    child.on('error', (error) => done({ kind: 'broken', why: `it could not be started: ${error.message}` }));
    child.on('exit', (code, by) =>
      done(code === null ? { kind: 'broken', why: `signal ${by} ended it` } : { kind: 'exited', exitCode: code }),
    );
    if (child.pid !== undefined) started?.({ pid: child.pid, startTicks: startTicks(child.pid) ?? '' });
  });
}

function cleanEnvironment(): Record<string, string> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: process.env['HOME'] ?? '/',
    LANG: 'C.UTF-8',
    DEBIAN_FRONTEND: 'noninteractive',
  };
}

/** Signals every process of a group, if it still exists. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // The group is gone already.
  }
}

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { StackFailure } from './stack-failure.ts';

export interface CommandOptions {
  /** The command's output is appended here. */
  readonly logFile: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** How an abort ends it: SIGKILL for commands whose first process ignores a polite signal (default SIGTERM). */
  readonly killSignal?: NodeJS.Signals;
  /** Says what a failure means and what to do. */
  readonly failure: string;
  readonly signal?: AbortSignal;
}

/**
 * Runs a command to its end; no secret may be among the arguments.
 * Runs in a process group of its own, so that Ctrl-C reaches it only through `signal` and takes its children along.
 */
export async function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<void> {
  options.signal?.throwIfAborted();
  const log = openSync(options.logFile, 'a');
  try {
    const code = await new Promise<number | string>((resolve, reject) => {
      const child = spawn(command, args, {
        cwd: options.cwd,
        env: options.env ?? process.env,
        stdio: ['ignore', log, log],
        detached: true,
      });
      const abort = (): void => {
        if (child.pid !== undefined) process.kill(-child.pid, options.killSignal ?? 'SIGTERM');
      };
      options.signal?.addEventListener('abort', abort, { once: true });
      child.once('error', reject);
      child.once('exit', (exitCode, signal) => {
        options.signal?.removeEventListener('abort', abort);
        resolve(exitCode ?? signal ?? 'unknown');
      });
    });
    options.signal?.throwIfAborted();
    if (code !== 0) throw new StackFailure(options.failure, { logFile: options.logFile });
  } catch (error) {
    if (error instanceof StackFailure || options.signal?.aborted) throw error;
    throw new StackFailure(options.failure, { logFile: options.logFile, cause: error });
  } finally {
    closeSync(log);
  }
}

/** Standard output of a short command, or undefined when it is missing or fails. */
export async function outputOf(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.once('error', () => resolve(undefined));
    child.once('close', (code) => resolve(code === 0 ? text.trim() : undefined));
  });
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Workbench } from '../execution/workbench.js';
import type { CommandLine, ProcessResult } from '../process/run-process.js';
import { lockHolder } from './file-lock.js';

/** Milliseconds between looks at a lock that another program holds. */
const POLL_MS = 500;

export interface PackageLock {
  /** files whose lock keeps the package manager from beginning */
  files: readonly string[];
  /** its exit code when it did not get the lock; it may mean other things, too */
  exitCode: number;
}

/** Package managers do not wait for their locks: waits for the holder, and again when somebody was quicker. The whole wait counts as the installer's time. */
export async function underLock(
  bench: Workbench,
  line: CommandLine,
  timeoutMs: number,
  { files, exitCode }: PackageLock,
): Promise<ProcessResult> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    while (await lockHolder(files)) {
      if (Date.now() >= until) return { kind: 'timedOut' };
      await delay(POLL_MS);
    }
    const result = await bench.run(line, Math.max(1, until - Date.now()));
    const lostRace = result.kind === 'exited' && result.exitCode === exitCode && (await lockHolder(files));
    if (!lostRace) return result;
  }
}

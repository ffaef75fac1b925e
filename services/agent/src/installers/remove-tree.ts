import { execFile } from 'node:child_process';
import { lstat, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Goes down by open directories, where Node's own removal goes by names. */
const RM = '/bin/rm';

/**
 * Removes a directory and all that is in it; it may be missing. Users may own what is below, and put a link in the place of a directory that is
 * just being emptied: the system's `rm` does not follow it.
 * @throws with the system's words when something cannot be removed
 */
export async function removeTree(path: string): Promise<void> {
  const there = await lstat(path).catch(() => null);
  if (!there) return;
  if (process.platform === 'win32') return rm(path, { recursive: true, force: true });
  await run(RM, ['-rf', '--', path], { env: { LC_ALL: 'C' } }).catch((error: { stderr?: string; message: string }) => {
    throw new Error(error.stderr?.trim().split('\n').at(-1) || error.message);
  });
}

import { chmod, lstat, rm } from 'node:fs/promises';

/**
 * Removes a directory and all that is in it; it may be missing. Users may own what is below: it is closed to them first, so that none puts a
 * link in the place of a directory that is just being emptied.
 */
export async function removeTree(path: string): Promise<void> {
  const there = await lstat(path).catch(() => null);
  if (there?.isDirectory()) await chmod(path, 0o700);
  await rm(path, { recursive: true, force: true });
}

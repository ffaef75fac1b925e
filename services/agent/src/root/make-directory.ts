import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { existing } from './rooted-paths.js';

/**
 * Makes a directory and those above it.
 *
 * On a read-only disk Node says "no such file" of the path as a whole; the first directory that is missing is then made by itself, for the system's own word.
 * @param mode of those that are made
 * @throws the system's error for the first one that cannot be made
 */
export async function makeDirectory(path: string, mode = 0o755): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(firstMissing(path), { mode });
    await mkdir(path, { recursive: true, mode });
  }
}

function firstMissing(path: string): string {
  const there = existing(path);
  let missing = path;
  while (dirname(missing) !== there && dirname(missing) !== missing) missing = dirname(missing);
  return missing;
}

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

const LOCKS = ['lock-frontend', 'lock'];

/** Process id that holds one of dpkg's locks, null when they are free. Node cannot take fcntl locks, but the kernel lists them. */
export async function lockHolder(adminDirectory: string): Promise<number | null> {
  const inodes = await Promise.all(LOCKS.map((name) => inodeOf(join(adminDirectory, name))));
  return holderIn(
    await readFile('/proc/locks', 'utf8'),
    inodes.filter((inode) => inode !== null),
  );
}

/** Reads lines like `1: POSIX  ADVISORY  WRITE 4711 08:01:123456 0 EOF`. */
export function holderIn(procLocks: string, inodes: readonly number[]): number | null {
  for (const line of procLocks.split('\n')) {
    const [, , , , pid, file] = line.split(/\s+/);
    if (file && inodes.includes(Number(file.split(':')[2]))) return Number(pid);
  }
  return null;
}

async function inodeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ ino }) => ino,
    () => null,
  );
}

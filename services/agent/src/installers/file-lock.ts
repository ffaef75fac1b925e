import { type FileHandle, open, readFile } from 'node:fs/promises';

/** Process id that holds a lock on one of the files, null when they are free. Node cannot take fcntl locks, but the kernel lists them. */
export async function lockHolder(paths: readonly string[]): Promise<number | null> {
  const files = await Promise.all(paths.map(kernelNameOf));
  return holderIn(
    await readFile('/proc/locks', 'utf8'),
    files.filter((file) => file !== null),
  );
}

/**
 * Reads lines like `1: POSIX  ADVISORY  WRITE 4711 08:01:123456 0 EOF`. Those who wait (`1: -> POSIX …`) hold nothing.
 * @param files `MAJOR:MINOR:INODE` as the kernel writes it: an inode number means nothing without its file system
 */
export function holderIn(procLocks: string, files: readonly string[]): number | null {
  for (const line of procLocks.split('\n')) {
    const [, , , , pid, file] = line.split(/\s+/);
    if (file && files.includes(file)) return Number(pid);
  }
  return null;
}

/** The device as /proc/locks writes it, from a line like `27 1 254:0 / / rw - ext4 /dev/vda rw` of /proc/self/mountinfo. */
export function deviceIn(mountInfo: string, mountId: string): string | null {
  const [, , device] =
    mountInfo
      .split('\n')
      .find((line) => line.startsWith(`${mountId} `))
      ?.split(' ') ?? [];
  return (
    device
      ?.split(':')
      .map((part) => Number(part).toString(16).padStart(2, '0'))
      .join(':') ?? null
  );
}

/** Null for a file that is not there or may not be read: who needs the lock takes it itself and is the last judge. */
async function kernelNameOf(path: string): Promise<string | null> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) return null;
  try {
    const { device, inode } = await identityOf(file);
    return device && `${device}:${inode}`;
  } finally {
    await file.close();
  }
}

/**
 * /proc/locks names the superblock's device. `stat` names another one on btrfs (each subvolume) and on overlays, so it
 * would miss a lock there; the mount of the open file has the right one. Kernels before 5.14 do not say `ino:`.
 */
async function identityOf(file: FileHandle): Promise<{ device: string | null; inode: string }> {
  const [info, mounts] = await Promise.all([
    readFile(`/proc/self/fdinfo/${file.fd}`, 'utf8'),
    readFile('/proc/self/mountinfo', 'utf8'),
  ]);
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\d+)$`, 'm').exec(info)?.[1];
  const inode = field('ino') ?? String((await file.stat({ bigint: true })).ino);
  return { device: deviceIn(mounts, field('mnt_id') ?? ''), inode };
}

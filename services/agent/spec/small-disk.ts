import { spawnSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { put } from './packages.js';

const BALLAST = 'ballast';

/** A file system in memory of so many MiB, so that a disk can be full. Needs root. */
export class SmallDisk {
  constructor(
    readonly path: string,
    mib: number,
  ) {
    put(join(path, '.keep'), '');
    run('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', path]);
  }

  /** Leaves so many KiB free. */
  fill(freeKiB = 0): void {
    const { bavail, bsize } = statfsSync(this.path);
    const bytes = Math.max(0, bavail * bsize - freeKiB * 1024);
    try {
      writeFileSync(join(this.path, BALLAST), Buffer.alloc(bytes, 1));
    } catch (error) {
      // somebody else was quicker: full is full
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  relieve(): void {
    rmSync(join(this.path, BALLAST), { force: true });
  }

  readOnly(): void {
    run('mount', ['-o', 'remount,ro', this.path]);
  }

  dispose(): void {
    run('umount', ['--lazy', this.path]);
  }
}

/** Whether this machine lets us mount; said aloud where not, since the specs prove nothing then. */
export function canMount(): boolean {
  const can =
    process.platform === 'linux' && process.getuid!() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
  if (!can) process.stderr.write('SKIPPED: full and read-only disks were NOT tried; they need root on Linux.\n');
  return can;
}

function run(program: string, args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}

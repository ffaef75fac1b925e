import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporary } from './packages.js';

/** The Debian tree of the local stack, where it was made. */
const LOWER = join(import.meta.dirname, '../../../.local/rootfs');

/** A Debian of its own, which a spec may install into: what it changes is kept apart from the tree that it rests on. */
export class DebianRoot {
  private readonly place = temporary('debian-root');
  readonly path = join(this.place.path, 'root');

  constructor() {
    for (const name of ['root', 'layers']) mkdirSync(join(this.place.path, name));
    // on a file system of its own: an overlay cannot rest on another one, which the temporary directory may be
    const layers = join(this.place.path, 'layers');
    run('mount', ['-t', 'tmpfs', '-o', 'size=1500m', 'tmpfs', layers]);
    for (const name of ['upper', 'work']) mkdirSync(join(layers, name));
    const options = `lowerdir=${LOWER},upperdir=${layers}/upper,workdir=${layers}/work`;
    run('mount', ['-t', 'overlay', '-o', options, 'overlay', this.path]);
    // Node.js finds itself there
    run('mount', ['-t', 'proc', 'proc', join(this.path, 'proc')]);
  }

  /** Whether there can be one here; said aloud where not. */
  static get isPossible(): boolean {
    const can =
      existsSync(join(LOWER, 'usr/bin/dpkg')) &&
      process.getuid?.() === 0 &&
      spawnSync('unshare', ['-m', 'true']).status === 0;
    if (!can)
      process.stderr.write('SKIPPED: packages of the agent were NOT installed; that needs root and .local/rootfs.\n');
    return can;
  }

  /** @returns standard output and standard error of a program inside; rejects with both when it fails */
  run(
    program: string,
    args: readonly string[],
    options: { input?: string; env?: Record<string, string> } = {},
  ): Promise<string> {
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...options.env };
    return new Promise((resolve, reject) => {
      const child = execFile('chroot', [this.path, program, ...args], { env }, (error, out, err) =>
        error ? reject(new Error(`${program}: ${error.code} ${out}${err}`)) : resolve(out + err),
      );
      child.stdin!.on('error', () => undefined).end(options.input ?? '');
    });
  }

  dispose(): void {
    for (const path of ['root/proc', 'root', 'layers']) run('umount', ['--lazy', join(this.place.path, path)]);
    this.place.dispose();
  }
}

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: 'pipe' });
}

import { realpathSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';

/** The path leads out of the managed tree. */
export class OutsideRootError extends Error {
  override readonly name = 'OutsideRootError';
}

/** Maps the absolute paths of manifests into the managed tree. */
export class RootedPaths {
  /** @param root `/`, or another tree: `/opt/x` then means `<root>/opt/x` */
  constructor(readonly root: string) {}

  get isSystem(): boolean {
    return this.root === '/';
  }

  /** The tree itself, without links. */
  get realRoot(): string {
    return realpathSync(this.root);
  }

  /**
   * Place of a manifest's path on disk, to read there. Who writes asks {@link guardedDirectory}.
   * @throws OutsideRootError when a symbolic link inside another tree would lead out of it
   */
  resolve(path: string): string {
    const mapped = normalize(join(this.root, path));
    if (this.isSystem) return mapped;
    const real = this.realRoot;
    const parent = realpathSync(existing(dirname(mapped)));
    if (parent !== real && !parent.startsWith(real + sep))
      throw new OutsideRootError(`${path} leads out of ${this.root} through a symbolic link`);
    return mapped;
  }

  /** Directory of dpkg's database in the tree. */
  get dpkgAdmin(): string {
    return join(this.root, 'var/lib/dpkg');
  }
}

/** The path itself or its nearest ancestor that exists. */
export function existing(path: string): string {
  for (let current = path; ; current = dirname(current)) {
    try {
      realpathSync(current);
      return current;
    } catch (error) {
      if (current === dirname(current)) throw error;
    }
  }
}

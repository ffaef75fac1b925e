import type { Stats } from 'node:fs';
import { lstat, mkdir, readlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { OutsideRootError, type RootedPaths } from './rooted-paths.js';

/** Somebody else than root could lead what is written through this path to another place. */
export class UnguardedPathError extends Error {
  override readonly name = 'UnguardedPathError';
}

const MAX_LINKS = 40;
const WRITABLE_BY_OTHERS = 0o002;
const WRITABLE_BY_GROUP = 0o020;
const STICKY = 0o1000;

/**
 * The directory of a manifest's path as it is on disk, without links, for somebody who writes there with all rights. Each directory on the way
 * is of root (or of whom the agent runs as) and nobody else may rename or replace what is in it, so that it stays what was looked at; a link
 * is followed where such a directory holds it. On Windows, where rights are not told by owner and mode, only links out of the tree are refused.
 * @param make whether missing directories are made, one by one: `mkdir -p` would go through what somebody puts in its way meanwhile
 * @param path absolute, of a directory in the managed tree
 * @throws OutsideRootError, UnguardedPathError; the system's error
 */
export async function guardedDirectory(paths: RootedPaths, path: string, make: boolean): Promise<string> {
  const root = paths.realRoot;
  let current = root;
  const rest = path.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
  for (let links = 0; rest.length > 0;) {
    const next = join(current, rest.shift()!);
    if (leaves(root, next)) throw new OutsideRootError(`${path} leads out of ${paths.root} through a symbolic link`);
    const there = await look(next, make);
    if (there === null) return join(next, ...rest);
    demandGuarded(there, next);
    if (!there.isSymbolicLink()) {
      current = next;
      continue;
    }
    if (++links > MAX_LINKS) throw new UnguardedPathError(`${path} has too many symbolic links`);
    const to = await readlink(next);
    if (isAbsolute(to) && leaves(root, to))
      throw new OutsideRootError(`${path} leads out of ${paths.root} through a symbolic link`);
    rest.unshift(...(isAbsolute(to) ? relative(root, to) : to).split(sep).filter((part) => part !== ''));
    current = isAbsolute(to) ? root : dirname(next);
  }
  return current;
}

/** @returns null when it is not there and shall not be made */
async function look(path: string, make: boolean): Promise<Stats | null> {
  for (;;) {
    const there = await lstat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (there || !make) return there;
    // whoever else makes it meanwhile is looked at
    await mkdir(path, { mode: 0o755 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

function demandGuarded(there: Stats, path: string): void {
  const user = process.geteuid?.();
  if (user === undefined) return;
  if (there.uid !== 0 && there.uid !== user)
    throw new UnguardedPathError(`${path} is of the user ${there.uid}, who could lead what is written there elsewhere`);
  if (there.isSymbolicLink()) return;
  const ofOthers = (there.mode & WRITABLE_BY_OTHERS) !== 0;
  // root's own group too: the bits are also how far an ACL goes. Only for a user who installs for themselves their group is themselves.
  const ofGroup = (there.mode & WRITABLE_BY_GROUP) !== 0 && !(user !== 0 && there.gid === process.getegid!());
  // in a sticky directory what is root's stays root's
  if ((ofOthers || ofGroup) && !(there.mode & STICKY))
    throw new UnguardedPathError(
      `${ofOthers ? 'everybody' : `the group ${there.gid}`} may write in ${path} and could lead what is written there elsewhere`,
    );
}

function leaves(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

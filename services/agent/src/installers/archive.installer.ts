import { access, chmod, mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { guardedDirectory, UnguardedPathError } from '../root/guarded-directory.js';
import type { Workbench } from '../execution/workbench.js';
import { keyText } from '../journal/journal.records.js';
import { OutsideRootError } from '../root/rooted-paths.js';
import { ArchiveRefusedError } from './archive-entry.js';
import { readMark, writeMark } from './archive-mark.js';
import type { InstallerType, InstallResult } from './installer.js';
import { removeTree } from './remove-tree.js';
import { syncDirectory } from './sync-directory.js';
import { readTar } from './tar-reader.js';
import { type ArchiveReader, unpack } from './unpack.js';
import { readZip } from './zip-reader.js';

/** Directories of the system that no archive may replace as a whole, besides everything directly under `/`. */
const PROTECTED =
  /^\/(usr|var|etc|lib|lib64|bin|sbin|boot|dev|proc|sys|root|home|srv|run)(\/(bin|sbin|lib|lib64|libexec|share|local|include|log|cache|spool|run|tmp|systemd|apt|dpkg|src))?\/?$/;

/** An archive unpacked into a directory: beside it first, then swapped in; the old tree stays until the new one is proved. */
export const archiveInstaller: InstallerType = {
  async install(bench): Promise<InstallResult> {
    const { manifest } = bench.record.command;
    const first = bench.variant.artifacts[0]!;
    return refusing(async () => {
      const place = await placeOf(bench, true);
      await removeTree(place.fresh);
      // nobody else comes in before all is there: what is in it may be writable for everybody
      await mkdir(place.fresh, { mode: 0o700 });
      try {
        await unpack(readerFor(bench.file(first.file)), place.fresh, stripOf(bench));
        await writeMark(place.fresh, { sha256: first.sha256!, package: manifest.package, version: manifest.version });
        await chmod(place.fresh, 0o755);
      } catch (error) {
        await removeTree(place.fresh);
        throw error;
      }
      await swap(place);
    });
  },

  async uninstall(bench): Promise<InstallResult> {
    return refusing(async () => {
      const place = await placeOf(bench, false);
      const mark = await readMark(place.target);
      if (!mark || mark === 'unreadable' || mark.package !== bench.record.command.manifest.package)
        throw new ArchiveRefusedError('the directory does not hold a tree of this package');
      await removeTree(place.old);
      await rename(place.target, place.old);
      await syncDirectory(dirname(place.target));
    });
  },

  async settle(bench, proved): Promise<string> {
    const place = await placeOf(bench, false).catch(unreachable);
    if ('why' in place) return `What is there was left as it is: ${place.why}.`;
    const kept = await exists(place.old);
    if (proved || !kept) {
      await removeTree(place.old);
      // Without an old tree, a new one that did not prove itself goes again; what others put there stays.
      const ours = !proved && bench.record.command.action === 'install' && (await exists(started(place)));
      if (ours) await removeTree(place.target);
      await cleanUp(place);
      return proved ? 'The old tree was removed.' : 'Nothing was left behind.';
    }
    await removeTree(place.fresh);
    if (await exists(place.target)) await rename(place.target, place.fresh);
    await rename(place.old, place.target);
    await cleanUp(place);
    const mark = await readMark(place.target);
    return `The old tree was put back${mark && mark !== 'unreadable' ? `: ${mark.package} ${mark.version}` : ''}.`;
  },
};

interface Place {
  target: string;
  /** unpacked here */
  fresh: string;
  /** the tree from before, until the new one is proved */
  old: string;
}

/** @param make whether the directory that it goes into is made */
async function placeOf({ variant, paths, record }: Workbench, make: boolean): Promise<Place> {
  const { installer } = variant;
  if (installer.type !== 'archive') throw new ArchiveRefusedError('the package does not say which directory it is in');
  // Otherwise `//usr` and `/./usr` would pass for something else than `/usr`.
  const directory = posix.normalize(installer.directory).replace(/\/+$/, '');
  const levels = directory.split('/').filter((part) => part !== '').length;
  if (levels < 2 || PROTECTED.test(directory))
    throw new ArchiveRefusedError(`${directory} belongs to the system and is not replaced`);
  const parent = await guardedDirectory(paths, posix.dirname(directory), make);
  const target = join(parent, posix.basename(directory));
  const suffix = keyText(record);
  return { target, fresh: `${target}.waybill-new-${suffix}`, old: `${target}.waybill-old-${suffix}` };
}

function stripOf({ variant: { installer } }: Workbench): number {
  return installer.type === 'archive' ? (installer.stripComponents ?? 0) : 0;
}

/** Two renames; a kill in between leaves no tree in place, and {@link InstallerType.settle} puts the old one back. */
async function swap(place: Place): Promise<void> {
  const hadOld = await exists(place.target);
  if (hadOld && !(await stat(place.target)).isDirectory())
    throw new ArchiveRefusedError('there is a file where the directory should be');
  if (hadOld) await rename(place.target, place.old);
  else await mkdir(started(place));
  await rename(place.fresh, place.target);
  await syncDirectory(dirname(place.target));
}

/** Sign that the tree in place, if any, is this attempt's and there was none before. */
function started(place: Place): string {
  return `${place.fresh}.first`;
}

async function cleanUp(place: Place): Promise<void> {
  await removeTree(place.fresh);
  await removeTree(started(place));
  const parent = dirname(place.target);
  if (await exists(parent)) await syncDirectory(parent);
}

function readerFor(path: string): ArchiveReader {
  if (/\.(tar\.gz|tgz)$/i.test(path)) return readTar(path, 'gzip');
  if (/\.(tar\.zst|tzst)$/i.test(path)) return readTar(path, 'zstd');
  if (/\.tar$/i.test(path)) return readTar(path, 'none');
  if (/\.zip$/i.test(path)) return readZip(path);
  throw new ArchiveRefusedError('it is neither tar.gz, tar.zst, tar nor zip by its name');
}

async function refusing(work: () => Promise<void>): Promise<InstallResult> {
  try {
    await work();
    return { kind: 'exited', exitCode: 0 };
  } catch (error) {
    if (error instanceof ArchiveRefusedError || isLedElsewhere(error)) return { kind: 'refused', why: error.message };
    return { kind: 'broken', why: (error as Error).message };
  }
}

function isLedElsewhere(error: unknown): error is Error {
  return error instanceof OutsideRootError || error instanceof UnguardedPathError;
}

/** Not a failure of its own: an installation that was refused for it has left nothing there. */
function unreachable(error: unknown): { why: string } {
  if (isLedElsewhere(error)) return { why: error.message };
  throw error;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

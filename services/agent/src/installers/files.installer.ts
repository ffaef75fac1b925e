import { constants } from 'node:fs';
import { copyFile, link, lstat, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { guardedDirectory, UnguardedPathError } from '../root/guarded-directory.js';
import { OutsideRootError } from '../root/rooted-paths.js';
import type { Workbench } from '../execution/workbench.js';
import { keyText } from '../journal/journal.records.js';
import type { InstallerType, InstallResult } from './installer.js';
import { ownerId } from './owner-ids.js';
import { syncDirectory } from './sync-directory.js';

/** For chown. */
const UNCHANGED = -1;

/** One file on its way: what is written down before anything is touched, so that a return is possible after any interruption. */
interface Placement {
  file: string;
  /** its directory in the managed tree, as the manifest says it */
  parent: string;
  target: string;
  fresh: string;
  old: string;
  existed: boolean;
  mode: number;
  uid: number | null;
  gid: number | null;
}

/** As it is written down. */
interface Plan {
  placements: Placement[];
  /** all are staged, and the old ones kept */
  moving: boolean;
}

/** Copies files to their places, each atomically; what was there is kept until detection has proved the new state. */
export const filesInstaller: InstallerType = {
  install(bench): Promise<InstallResult> {
    return attempted(async () => {
      const placements = await plan(bench);
      await writePlan(bench, placements);
      for (const placement of placements) await stage(bench, placement);
      for (const placement of placements) await keepOld(placement);
      // from here on, what is in a place where nothing was is ours
      await writePlan(bench, placements, true);
      for (const { fresh, target } of placements) await rename(fresh, target);
      await syncParents(placements);
    });
  },

  uninstall(bench): Promise<InstallResult> {
    return attempted(async () => {
      const placements = await plan(bench);
      await writePlan(bench, placements);
      for (const { target, old, existed } of placements) if (existed) await rename(target, old);
      await syncParents(placements);
    });
  },

  async settle(bench, proved): Promise<string> {
    const { placements, moving } = await readPlan(bench);
    const lost: string[] = [];
    for (const placement of placements) {
      if (!(await isGuarded(bench, placement))) lost.push(placement.target);
      else await (proved ? drop(placement) : putBack(placement, moving && bench.record.command.action === 'install'));
    }
    await syncParents(placements.filter(({ target }) => !lost.includes(target)));
    if (lost.length > 0) return `Left as it is, since others could lead the agent elsewhere: ${lost.join(', ')}.`;
    return proved ? 'The old files were removed.' : 'The old files were put back.';
  },
};

/** Whether the place is where it was when the plan was made, and still nobody else's to lead elsewhere. */
async function isGuarded(bench: Workbench, { parent, target }: Placement): Promise<boolean> {
  const now = await guardedDirectory(bench.paths, parent, false).catch((error: unknown) => {
    if (error instanceof UnguardedPathError || error instanceof OutsideRootError) return null;
    throw error;
  });
  return now === dirname(target);
}

async function plan(bench: Workbench): Promise<Placement[]> {
  const { installer } = bench.variant;
  if (installer.type !== 'files') throw new Error('the package does not say which files it has');
  const { root } = bench.paths;
  return Promise.all(
    installer.files.map(async ({ file, path, mode, owner, group }): Promise<Placement> => {
      const parent = posix.dirname(posix.normalize(path));
      const target = join(await guardedDirectory(bench.paths, parent, false), posix.basename(path));
      const there = await lstat(target).catch(() => null);
      if (there?.isDirectory()) throw new Error(`${path} is a directory`);
      return {
        file,
        parent,
        target,
        fresh: `${target}.waybill-new-${keyText(bench.record)}`,
        old: `${target}.waybill-old-${keyText(bench.record)}`,
        existed: there !== null,
        mode: parseInt(mode ?? '0644', 8),
        uid: owner === undefined ? (group === undefined ? null : (there?.uid ?? null)) : ownerId(root, 'user', owner),
        gid: group === undefined ? (owner === undefined ? null : (there?.gid ?? null)) : ownerId(root, 'group', group),
      };
    }),
  );
}

/** Writes the new file beside its place, complete and with its rights. */
async function stage(bench: Workbench, { file, parent, target, fresh, mode, uid, gid }: Placement): Promise<void> {
  // what was missing when the plan was written may be somebody else's by now
  if ((await guardedDirectory(bench.paths, parent, true)) !== dirname(target))
    throw new UnguardedPathError(`${parent} leads elsewhere than a moment ago`);
  await rm(fresh, { force: true });
  await copyFile(bench.file(file), fresh, constants.COPYFILE_EXCL);
  const handle = await open(fresh, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    if (uid !== null || gid !== null) await handle.chown(uid ?? UNCHANGED, gid ?? UNCHANGED);
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A second name for the old file: its place is never empty. */
async function keepOld({ target, old, existed }: Placement): Promise<void> {
  if (!existed) return;
  await rm(old, { force: true });
  await link(target, old);
}

async function drop({ fresh, old }: Placement): Promise<void> {
  await rm(old, { force: true });
  await rm(fresh, { force: true });
}

/** @param placed the new files were being moved to their places */
async function putBack({ target, fresh, old, existed }: Placement, placed: boolean): Promise<void> {
  const untouched = await present(fresh);
  if (await present(old)) {
    await rename(old, target);
    // A rename onto another name of the same file does nothing and leaves both.
    await rm(old, { force: true });
  } else if (placed && !existed && !untouched) {
    await rm(target, { force: true });
  }
  await rm(fresh, { force: true });
}

function planFile(bench: Workbench): string {
  return bench.file('.waybill-files.json');
}

async function writePlan(bench: Workbench, placements: Placement[], moving = false): Promise<void> {
  await bench.prepare();
  await writeFile(`${planFile(bench)}.new`, JSON.stringify({ placements, moving } satisfies Plan), {
    mode: 0o600,
    flush: true,
  });
  await rename(`${planFile(bench)}.new`, planFile(bench));
  await syncDirectory(bench.directory);
}

/** Empty when the attempt was cut off before it touched anything. */
async function readPlan(bench: Workbench): Promise<Plan> {
  const text = await readFile(planFile(bench), 'utf8').catch(() => null);
  return text === null ? { placements: [], moving: false } : (JSON.parse(text) as Plan);
}

async function syncParents(placements: readonly Placement[]): Promise<void> {
  const parents = new Set(placements.map(({ target }) => dirname(target)));
  for (const parent of parents) await syncDirectory(parent).catch(() => {});
}

async function present(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function attempted(work: () => Promise<void>): Promise<InstallResult> {
  try {
    await work();
    return { kind: 'exited', exitCode: 0 };
  } catch (error) {
    return { kind: 'broken', why: (error as Error).message };
  }
}

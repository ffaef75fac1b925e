import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { debFiles } from '../execution/plan-steps.js';
import type { Workbench } from '../execution/workbench.js';
import type { CommandLine, ProcessResult } from '../process/run-process.js';
import type { RootedPaths } from '../root/rooted-paths.js';
import { makeDirectory } from '../root/make-directory.js';
import { debFields } from './deb-fields.js';
import { lockHolder } from './dpkg-lock.js';
import type { InstallerType } from './installer.js';

/** Milliseconds between looks at a lock that another program holds. */
const LOCK_POLL_MS = 500;
/** dpkg's exit code for "could not start", among others for a lock it did not get. */
const DPKG_FATAL = 2;

/** Debian packages, by dpkg. Questions about configuration files are answered as an unattended machine must: keep the old one. */
export const debInstaller: InstallerType = {
  install(bench, timeoutMs) {
    return underLock(
      bench,
      dpkgInstall(
        bench.paths,
        debFiles(bench.variant).map((file) => bench.file(file)),
      ),
      timeoutMs,
    );
  },

  async uninstall(bench, timeoutMs) {
    return underLock(bench, dpkgRemove(bench.paths, await packageNames(bench)), timeoutMs);
  },
};

export function dpkgInstall(paths: RootedPaths, files: readonly string[], user = process.getuid?.()): CommandLine {
  return { file: 'dpkg', args: [...common(paths, user), '--force-confdef', '--force-confold', '--install', ...files] };
}

export function dpkgRemove(paths: RootedPaths, names: readonly string[], user = process.getuid?.()): CommandLine {
  return { file: 'dpkg', args: [...common(paths, user), '--remove', ...names] };
}

function common(paths: RootedPaths, user: number | undefined): string[] {
  return [...(paths.isSystem ? [] : [`--root=${paths.root}`]), ...(user === 0 ? [] : ['--force-not-root'])];
}

async function packageNames(bench: Workbench): Promise<string[]> {
  const { variant } = bench;
  const named = (variant.detection ?? []).flatMap((rule) => ('deb' in rule ? [rule.deb.package] : []));
  if (named.length > 0) return named;
  return Promise.all(debFiles(variant).map(async (name) => (await debFields(bench.file(name))).package));
}

/** dpkg does not wait for its lock: wait for the holder, and again when somebody was quicker. The whole wait counts as the installer's time. */
async function underLock(bench: Workbench, line: CommandLine, timeoutMs: number): Promise<ProcessResult> {
  try {
    await prepareDatabase(bench.paths);
  } catch (error) {
    return { kind: 'broken', why: `the tree can be given no dpkg database: ${(error as Error).message}` };
  }
  const until = Date.now() + timeoutMs;
  for (;;) {
    while (await lockHolder(bench.paths.dpkgAdmin)) {
      if (Date.now() >= until) return { kind: 'timedOut' };
      await delay(LOCK_POLL_MS);
    }
    const result = await bench.run(line, Math.max(1, until - Date.now()));
    const lostRace =
      result.kind === 'exited' && result.exitCode === DPKG_FATAL && (await lockHolder(bench.paths.dpkgAdmin));
    if (!lostRace) return result;
  }
}

/** A tree without a dpkg database gets an empty one. */
async function prepareDatabase({ dpkgAdmin, isSystem }: RootedPaths): Promise<void> {
  if (isSystem) return;
  for (const directory of ['info', 'updates', 'triggers']) await makeDirectory(join(dpkgAdmin, directory));
  await writeFile(join(dpkgAdmin, 'status'), '', { flag: 'a' });
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFiles } from '../execution/plan-steps.js';
import type { Workbench } from '../execution/workbench.js';
import type { CommandLine, ProcessResult } from '../process/run-process.js';
import type { RootedPaths } from '../root/rooted-paths.js';
import { makeDirectory } from '../root/make-directory.js';
import { debFields } from './deb-fields.js';
import type { InstallerType } from './installer.js';
import { underLock } from './under-lock.js';

/** In dpkg's database. */
const LOCKS = ['lock-frontend', 'lock'];
/** dpkg's exit code for "could not start", among others for a lock it did not get. */
const DPKG_FATAL = 2;

/** Debian packages, by dpkg. Questions about configuration files are answered as an unattended machine must: keep the old one. */
export const debInstaller: InstallerType = {
  install(bench, timeoutMs) {
    return byDpkg(
      bench,
      dpkgInstall(
        bench.paths,
        packageFiles(bench.variant).map((file) => bench.file(file)),
      ),
      timeoutMs,
    );
  },

  async uninstall(bench, timeoutMs) {
    return byDpkg(bench, dpkgRemove(bench.paths, await packageNames(bench)), timeoutMs);
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
  return Promise.all(packageFiles(variant).map(async (name) => (await debFields(bench.file(name))).package));
}

/** @param line what dpkg does as soon as nobody else is at work with it */
async function byDpkg(bench: Workbench, line: CommandLine, timeoutMs: number): Promise<ProcessResult> {
  try {
    await prepareDatabase(bench.paths);
  } catch (error) {
    return { kind: 'broken', why: `the tree can be given no dpkg database: ${(error as Error).message}` };
  }
  const files = LOCKS.map((name) => join(bench.paths.dpkgAdmin, name));
  return underLock(bench, line, timeoutMs, { files, exitCode: DPKG_FATAL });
}

/** A tree without a dpkg database gets an empty one. */
async function prepareDatabase({ dpkgAdmin, isSystem }: RootedPaths): Promise<void> {
  if (isSystem) return;
  for (const directory of ['info', 'updates', 'triggers']) await makeDirectory(join(dpkgAdmin, directory));
  await writeFile(join(dpkgAdmin, 'status'), '', { flag: 'a' });
}

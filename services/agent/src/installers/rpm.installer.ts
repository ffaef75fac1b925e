import { packageFiles } from '../execution/plan-steps.js';
import type { Workbench } from '../execution/workbench.js';
import type { CommandLine, ProcessResult } from '../process/run-process.js';
import type { RootedPaths } from '../root/rooted-paths.js';
import type { InstallerType } from './installer.js';
import { hasRpmDatabase, rootOption, rpmFields, rpmLock } from './rpm-query.js';
import { underLock } from './under-lock.js';

/** rpm's exit code for nearly everything, a lock that it did not get among it. */
const RPM_FAILED = 1;

/**
 * RPM packages, by rpm. Whether packages must be signed by a key of the computer's is the computer's policy: that these are the published ones has been
 * proved before.
 */
export const rpmInstaller: InstallerType = {
  async install(bench, timeoutMs) {
    // a tree without a database gets an empty one
    if (!bench.paths.isSystem && !hasRpmDatabase(bench.paths)) {
      const made = await bench.run(rpmInitialize(bench.paths), timeoutMs);
      if (made.kind !== 'exited' || made.exitCode !== 0) return made;
    }
    const files = packageFiles(bench.variant).map((file) => bench.file(file));
    return byRpm(bench, rpmInstall(bench.paths, files), timeoutMs);
  },

  async uninstall(bench, timeoutMs) {
    return byRpm(bench, rpmRemove(bench.paths, await packageNames(bench)), timeoutMs);
  },
};

function byRpm(bench: Workbench, line: CommandLine, timeoutMs: number): Promise<ProcessResult> {
  return underLock(bench, line, timeoutMs, { files: [rpmLock(bench.paths)], exitCode: RPM_FAILED });
}

export function rpmInitialize(paths: RootedPaths): CommandLine {
  return { file: 'rpm', args: [...rootOption(paths), '--initdb'] };
}

/** Also to an older version, and once more to the same: what is ordered is what is wanted. */
export function rpmInstall(paths: RootedPaths, files: readonly string[]): CommandLine {
  return { file: 'rpm', args: [...rootOption(paths), '--upgrade', '--oldpackage', '--replacepkgs', '--', ...files] };
}

export function rpmRemove(paths: RootedPaths, names: readonly string[]): CommandLine {
  return { file: 'rpm', args: [...rootOption(paths), '--erase', '--', ...names] };
}

async function packageNames(bench: Workbench): Promise<string[]> {
  const named = (bench.variant.detection ?? []).flatMap((rule) => ('rpm' in rule ? [rule.rpm.package] : []));
  if (named.length > 0) return named;
  return Promise.all(packageFiles(bench.variant).map(async (name) => (await rpmFields(bench.file(name))).package));
}

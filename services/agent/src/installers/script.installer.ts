import type { InstallerType, InstallResult } from './installer.js';

/** A program of the package, executed directly; the other artifacts lie beside it. */
export const scriptInstaller: InstallerType = {
  install(bench, timeoutMs): Promise<InstallResult> {
    const { installer } = bench.variant;
    if (installer.type !== 'script') throw new TypeError(`not a script: ${installer.type}`);
    return bench.runScript(installer.file, installer.args ?? [], timeoutMs);
  },

  uninstall(bench, timeoutMs): Promise<InstallResult> {
    const { uninstall } = bench.variant;
    if (uninstall?.type !== 'script') throw new TypeError('the package has no script to uninstall it');
    return bench.runScript(uninstall.file, uninstall.args ?? [], timeoutMs);
  },
};

import type { Variant } from '@waybill/contracts/agent';
import { archiveInstaller } from './archive.installer.js';
import { debInstaller } from './deb.installer.js';
import { filesInstaller } from './files.installer.js';
import type { InstallerType } from './installer.js';
import { rpmInstaller } from './rpm.installer.js';
import { scriptInstaller } from './script.installer.js';

const TYPES: Record<Variant['installer']['type'], InstallerType> = {
  deb: debInstaller,
  rpm: rpmInstaller,
  archive: archiveInstaller,
  files: filesInstaller,
  script: scriptInstaller,
};

export function installerOf({ installer }: Variant): InstallerType {
  return TYPES[installer.type];
}

/** How the software is taken away: as the manifest says, else as it was installed. */
export function uninstallerOf({ installer, uninstall }: Variant): InstallerType {
  return TYPES[uninstall?.type ?? installer.type];
}

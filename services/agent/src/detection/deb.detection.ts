import { type DpkgPackage, installedPackages } from '../installers/dpkg-status.js';
import type { RootedPaths } from '../root/rooted-paths.js';
import type { Finding } from './detect.js';

/** Is the Debian package installed in the tree, in exactly that version if one is given? */
export async function detectDeb(rule: { package: string; version?: string }, paths: RootedPaths): Promise<Finding> {
  const installed = (await installedPackages(paths, [rule.package])).find(({ name }) => name === rule.package);
  return judgeDeb(rule, installed);
}

export function judgeDeb(rule: { package: string; version?: string }, installed: DpkgPackage | undefined): Finding {
  if (!installed) return { found: false, evidence: `deb ${rule.package} is not installed` };
  const found = rule.version === undefined || rule.version === installed.version;
  return {
    found,
    evidence: `deb ${rule.package} ${installed.version} is installed${found ? '' : `, not ${rule.version}`}`,
  };
}

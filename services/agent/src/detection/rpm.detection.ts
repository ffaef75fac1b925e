import { installedRpms, type RpmPackage } from '../installers/rpm-query.js';
import type { RootedPaths } from '../root/rooted-paths.js';
import type { Finding } from './finding.js';

/** Is the RPM package installed in the tree, in exactly that version if one is given? */
export async function detectRpm(rule: { package: string; version?: string }, paths: RootedPaths): Promise<Finding> {
  try {
    const packages = await installedRpms(paths, [rule.package]);
    return judgeRpm(
      rule,
      packages.filter(({ name }) => name === rule.package),
    );
  } catch (error) {
    return { presence: 'unknown', evidence: `rpm ${rule.package}: rpm does not say: ${(error as Error).message}` };
  }
}

/** @param installed the package, once per version that is there */
export function judgeRpm(rule: { package: string; version?: string }, installed: readonly RpmPackage[]): Finding {
  const name = `rpm ${rule.package}`;
  if (installed.length === 0) return { presence: 'absent', evidence: `${name} is not installed` };
  const wanted = installed.find(({ version }) => rule.version === undefined || saysVersion(version, rule.version));
  if (wanted) return { presence: 'present', evidence: `${name} ${wanted.version} is installed` };
  const versions = installed.map(({ version }) => version).join(', ');
  return { presence: 'unknown', evidence: `${name} ${versions} is installed, not ${rule.version}` };
}

/** A rule may leave out the epoch, and the release. */
function saysVersion(installed: string, wanted: string): boolean {
  const withoutEpoch = installed.replace(/^\d+:/, '');
  const forms = [installed, withoutEpoch].flatMap((form) => [form, form.slice(0, form.lastIndexOf('-'))]);
  return forms.includes(wanted);
}

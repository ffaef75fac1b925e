import { type DpkgState, packageStates } from '../installers/dpkg-status.js';
import type { RootedPaths } from '../root/rooted-paths.js';
import type { Finding } from './finding.js';

/** What dpkg says of a package of which at most configuration files are left. */
const GONE: readonly string[] = ['not-installed', 'config-files'];

/** Is the Debian package installed in the tree, in exactly that version if one is given? */
export async function detectDeb(rule: { package: string; version?: string }, paths: RootedPaths): Promise<Finding> {
  try {
    const states = await packageStates(paths, [rule.package]);
    return judgeDeb(
      rule,
      states.filter(({ name }) => name === rule.package),
    );
  } catch (error) {
    return { presence: 'unknown', evidence: `deb ${rule.package}: dpkg does not say: ${(error as Error).message}` };
  }
}

/** @param states of the package, one per architecture */
export function judgeDeb(rule: { package: string; version?: string }, states: readonly DpkgState[]): Finding {
  const there = states.filter(({ status }) => !GONE.includes(status));
  if (there.length === 0) return { presence: 'absent', evidence: `deb ${rule.package} is not installed` };
  const wanted = ({ status, version }: DpkgState) =>
    status === 'installed' && (rule.version === undefined || rule.version === version);
  const found = there.find(wanted);
  if (found) return { presence: 'present', evidence: `deb ${rule.package} ${found.version} is installed` };
  const { status, version } = there.find((state) => state.status === 'installed') ?? there[0]!;
  const instead = status === 'installed' ? `, not ${rule.version}` : '';
  return { presence: 'unknown', evidence: `deb ${rule.package} ${version} is ${status}${instead}` };
}

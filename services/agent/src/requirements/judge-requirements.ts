import { totalmem } from 'node:os';
import { statfs } from 'node:fs/promises';
import { durationMs, type ReasonCode, type Requirement } from '@waybill/contracts/agent';
import type { Workbench } from '../execution/workbench.js';
import { installedPackages } from '../installers/dpkg-status.js';
import { installedRpms } from '../installers/rpm-query.js';
import { existing } from '../root/rooted-paths.js';
import { formatBytes, parseSize } from './size.js';
import { satisfies } from './version-range.js';

export interface Unmet {
  reason: ReasonCode;
  detail: string;
}

/** The first requirement that is not met, null when all are. */
export async function unmetRequirement(requirements: readonly Requirement[], bench: Workbench): Promise<Unmet | null> {
  for (const requirement of requirements) {
    const unmet = await judge(requirement, bench);
    if (unmet) return unmet;
  }
  return null;
}

function judge(requirement: Requirement, bench: Workbench): Promise<Unmet | null> {
  if ('disk' in requirement) return disk(requirement.disk, bench);
  if ('memory' in requirement) return Promise.resolve(memory(requirement.memory, totalmem()));
  if ('software' in requirement) return software(requirement.software, bench);
  return script(requirement.script, bench);
}

async function disk({ path, free }: { path: string; free: string }, { paths }: Workbench): Promise<Unmet | null> {
  const { bavail, bsize } = await statfs(existing(paths.resolve(path)));
  if (bavail * bsize >= parseSize(free)) return null;
  return { reason: 'requirement.disk', detail: `${path} has ${formatBytes(bavail * bsize)} free, ${free} are needed.` };
}

export function memory({ total }: { total: string }, bytes: number): Unmet | null {
  return bytes >= parseSize(total)
    ? null
    : { reason: 'requirement.memory', detail: `The computer has ${formatBytes(bytes)}, ${total} are needed.` };
}

async function software(
  rule: { name: string; version?: string; absent?: boolean },
  bench: Workbench,
): Promise<Unmet | null> {
  const [deb] = await installedPackages(bench.paths, [rule.name]);
  if (deb) return judgeSoftware(rule, deb.version);
  const [rpm] = await installedRpms(bench.paths, [rule.name]);
  return rpm ? judgeSoftware(rule, rpm.version, 'rpm') : judgeSoftware(rule, bench.installedByWaybill(rule.name));
}

/**
 * @param version what is installed, null or undefined when nothing is
 * @param source who says so, and how its versions are ordered
 */
export function judgeSoftware(
  { name, version: range, absent }: { name: string; version?: string; absent?: boolean },
  version: string | null | undefined,
  source: 'dpkg' | 'rpm' = 'dpkg',
): Unmet | null {
  const present =
    version !== null && version !== undefined && (range === undefined || satisfies(version, range, source));
  const wanted = range ? `${name} ${range}` : name;
  if (absent)
    return present
      ? { reason: 'requirement.software', detail: `${name} ${version} is installed and must not be.` }
      : null;
  if (present) return null;
  return {
    reason: 'requirement.software',
    detail: version ? `${wanted} is needed, ${version} is installed.` : `${wanted} is needed and not installed.`,
  };
}

async function script({ file, timeout }: { file: string; timeout?: string }, bench: Workbench): Promise<Unmet | null> {
  const result = await bench.runScript(file, [], durationMs(timeout ?? 'PT30S'));
  if (result.kind === 'exited' && result.exitCode === 0) return null;
  const why =
    result.kind === 'exited'
      ? `ended with exit code ${result.exitCode}`
      : result.kind === 'timedOut'
        ? 'did not end in time'
        : `could not be run: ${result.why}`;
  return { reason: 'requirement.script', detail: `${file} ${why}.` };
}

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';

/** By which of the two a computer installs; the first that fits is used. */
const KINDS = {
  deb: { platform: { distribution: ['debian', 'ubuntu'] }, proof: 'deb' },
  rpm: { platform: {}, proof: 'rpm' },
} as const;

/**
 * Writes `waybill.yaml` beside the packages: the agent as a package that Waybill itself distributes (ADR 24).
 * @param packages paths of what was made
 * @returns its path
 */
export function writeManifest(executable: string, packages: readonly string[], version: string): string {
  const sha256 = createHash('sha256').update(readFileSync(executable)).digest('hex');
  const arch = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const variants = packages.map((path) => {
    const { platform, proof } = KINDS[path.endsWith('.deb') ? 'deb' : 'rpm'];
    return {
      platform: { os: 'linux', arch: [arch], ...platform },
      artifacts: [{ file: basename(path) }],
      installer: { type: proof },
      // a version that did not report in is known to the package manager, but its program was put aside
      detection: [
        { [proof]: { package: 'waybill-agent', version } },
        { file: { path: '/usr/lib/waybill-agent/waybill-agent', sha256 } },
      ],
      timeout: 'PT15M',
    };
  });
  const path = join(executable, '..', 'waybill.yaml');
  const names = { package: 'waybill-agent', version, title: 'Waybill agent', publisher: 'Waybill', category: 'system' };
  writeFileSync(path, stringify({ ...names, description: 'Installs what Waybill distributes.', variants }));
  return path;
}

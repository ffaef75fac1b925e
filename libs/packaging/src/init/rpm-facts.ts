import { basename } from 'node:path';
import { NoPackageError } from '../lint/lint-directory.js';
import { packageNameOf } from './file-name-facts.js';
import type { PackageFacts } from './package-facts.js';
import { readRpmHeader, type RpmHeader } from './rpm-header.js';

const ARCHES: Record<string, PackageFacts['arch']> = { x86_64: 'amd64', aarch64: 'arm64', noarch: 'any' };

/**
 * What the header of an RPM package tells.
 * @throws NoPackageError when it cannot be read, is a source package, or no agent has its architecture
 */
export async function rpmFacts(path: string): Promise<PackageFacts> {
  const header = await readRpmHeader(path).catch((error: Error): never => {
    throw new NoPackageError(`${path} cannot be read as an RPM package: ${error.message}.`);
  });
  const { name, arch = '', vendor, summary, sourceRpm } = header;
  if (!name || !header.version || !header.release)
    throw new NoPackageError(`${path} has no name, version or release in its header.`);
  if (!sourceRpm) throw new NoPackageError(`${path} is a source package; build it and take what comes of it.`);
  const known = ARCHES[arch];
  if (!known)
    throw new NoPackageError(`${path} is for ${arch || 'no architecture'}; agents run on x86_64 and aarch64.`);
  return {
    file: basename(path),
    kind: 'rpm',
    name: packageNameOf(name),
    systemName: name,
    version: versionOf(header),
    arch: known,
    ...(vendor && { publisher: vendor }),
    ...(summary && { description: summary }),
  };
}

/** `[epoch:]version-release`; an epoch of 0 is none. */
function versionOf({ epoch = '0', version, release }: RpmHeader): string {
  return `${epoch === '0' ? '' : `${epoch}:`}${version}-${release}`;
}

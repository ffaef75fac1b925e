import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { NoPackageError } from '../lint/lint-directory.js';
import { packageNameOf } from './file-name-facts.js';
import type { PackageFacts } from './package-facts.js';

const run = promisify(execFile);
const FORMAT = '${Package}\\n${Version}\\n${Architecture}\\n${Maintainer}\\n${Description}';
const ARCHES: Record<string, PackageFacts['arch']> = { amd64: 'amd64', arm64: 'arm64', all: 'any' };

/**
 * Reads the control fields of a Debian package by `dpkg-deb`.
 * @param path absolute
 * @throws NoPackageError when dpkg-deb is missing, the file is no Debian package, or no agent has its architecture
 */
export async function debFacts(path: string): Promise<PackageFacts> {
  const [name = '', version = '', arch = '', maintainer = '', synopsis = ''] = (await fields(path)).split('\n');
  if (name === '' || version === '') throw new NoPackageError(`${path} has no name or no version in its control file.`);
  const known = ARCHES[arch];
  if (!known) throw new NoPackageError(`${path} is for ${arch || 'no architecture'}; agents run on amd64 and arm64.`);
  return {
    file: basename(path),
    kind: 'deb',
    name: packageNameOf(name),
    systemName: name,
    version,
    arch: known,
    publisher: maintainer.replace(/\s*<[^>]*>\s*$/, ''),
    description: synopsis,
  };
}

async function fields(path: string): Promise<string> {
  try {
    return (await run('dpkg-deb', [`--showformat=${FORMAT}`, '--show', path])).stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') {
      throw new NoPackageError('A .deb is read by dpkg-deb, which is not installed here; install the package dpkg.');
    }
    throw new NoPackageError(`${path} cannot be read as a Debian package: ${(stderr ?? '').trim().split('\n')[0]}`);
  }
}

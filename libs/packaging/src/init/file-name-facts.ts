import type { PackageFacts } from './package-facts.js';

const ENDING = /\.(tar|tar\.gz|tgz|tar\.zst|zip)$/;
const VERSION = /(?:^|[-_ .])v?(\d+(?:\.\d+)+(?:-(?:alpha|beta|rc)[.\d]*)?)(?=$|[-_ .])/;

/** Name, version and architecture as the name of an archive tells them, e.g. `acme-ledger-2.4.0-linux-amd64.tar.gz`. */
export function fileNameFacts(file: string): Pick<PackageFacts, 'name' | 'version' | 'arch'> {
  const stem = file.replace(ENDING, '');
  const version = VERSION.exec(stem);
  const before = version && version.index > 0 ? stem.slice(0, version.index) : stem;
  return { name: packageNameOf(before), ...(version && { version: version[1]! }), arch: archOf(stem) };
}

/** The nearest name that a package may have. */
export function packageNameOf(text: string): string {
  const name = text.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-');
  return name.replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '').slice(0, 128) || 'package';
}

function archOf(stem: string): PackageFacts['arch'] {
  if (/(^|[-_.])(amd64|x86_64|x64)($|[-_.])/i.test(stem)) return 'amd64';
  return /(^|[-_.])(arm64|aarch64)($|[-_.])/i.test(stem) ? 'arm64' : 'any';
}

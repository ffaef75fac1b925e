import type { Manifest, VersionView } from '@waybill/contracts';
import semver from 'semver';

export type VersionScheme = VersionView['versionScheme'];

const DOTTED = /^\d+(\.\d+)*$/;
// deb-version(7): optional epoch, an upstream version that starts with a digit, optional revision after the last dash
const DEBIAN = /^(\d+:)?\d[A-Za-z0-9.+~-]*$/;

const FITS: Record<VersionScheme, (version: string) => boolean> = {
  // `semver.valid` forgives a leading "v"; the specification does not
  semver: (version) => /^\d/.test(version) && semver.valid(version) !== null,
  debian: (version) => DEBIAN.test(version) && !version.endsWith('-'),
  dotted: (version) => DOTTED.test(version),
};

export function fitsScheme(version: string, scheme: VersionScheme): boolean {
  return FITS[scheme](version);
}

/**
 * How versions of this manifest are to be compared, or null when the version is neither semver, Debian nor dotted numbers.
 * `2.4.0-1` is both semver (a prerelease) and Debian (a revision): it is Debian when a variant is installed by dpkg.
 */
export function guessScheme(manifest: Pick<Manifest, 'version' | 'variants'>): VersionScheme | null {
  const { version } = manifest;
  const numbersOnly = DOTTED.test(version);
  const byDpkg = manifest.variants.some((variant) => variant.installer.type === 'deb');
  const order: VersionScheme[] =
    byDpkg && !numbersOnly ? ['debian', 'semver', 'dotted'] : ['semver', 'dotted', 'debian'];
  return order.find((scheme) => fitsScheme(version, scheme)) ?? null;
}

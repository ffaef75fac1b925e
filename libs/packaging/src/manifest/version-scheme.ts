import type { Manifest, VersionView } from '@waybill/contracts';
import semver from 'semver';

export type VersionScheme = VersionView['versionScheme'];

const DOTTED = /^\d+(\.\d+)*$/;
// deb-version(7): optional epoch, an upstream version that starts with a digit and has colons only behind an epoch, optional revision
// after the last dash
const DEBIAN = /^(?:(\d+):\d[A-Za-z0-9.+~:-]*|\d[A-Za-z0-9.+~-]*)$/;
const REVISION_THAT_IS_NONE = /-(?:[^-]*:[^-]*)?$/;
/** dpkg holds it in 32 bits. */
const LARGEST_EPOCH = 2 ** 31 - 1;
// rpm-version(7): optional epoch, a version, optional release after the only dash
const RPM = /^(\d+:)?[A-Za-z0-9._+~^]*[A-Za-z0-9][A-Za-z0-9._+~^]*(-[A-Za-z0-9._+~^]+)?$/;

const FITS: Record<VersionScheme, (version: string) => boolean> = {
  // `semver.valid` forgives a leading "v"; the specification does not
  semver: (version) => /^\d/.test(version) && semver.valid(version) !== null,
  debian: isDebian,
  rpm: (version) => RPM.test(version),
  dotted: (version) => DOTTED.test(version),
};

function isDebian(version: string): boolean {
  const match = DEBIAN.exec(version);
  return match !== null && Number(match[1] ?? 0) <= LARGEST_EPOCH && !REVISION_THAT_IS_NONE.test(version);
}

export function fitsScheme(version: string, scheme: VersionScheme): boolean {
  return FITS[scheme](version);
}

/**
 * How versions of this manifest are to be compared, or null when the version fits no scheme. `2.4.0-1` is semver (a prerelease), Debian (a
 * revision) and RPM (a release): whoever installs a variant says which. Almost everything is an RPM version, so that is guessed for RPM
 * packages only.
 */
export function guessScheme(manifest: Pick<Manifest, 'version' | 'variants'>): VersionScheme | null {
  const { version } = manifest;
  const installedBy = (type: string) => manifest.variants.some((variant) => variant.installer.type === type);
  return orderOf(DOTTED.test(version), installedBy).find((scheme) => fitsScheme(version, scheme)) ?? null;
}

function orderOf(numbersOnly: boolean, installedBy: (type: string) => boolean): VersionScheme[] {
  if (!numbersOnly && installedBy('deb')) return ['debian', 'semver', 'dotted'];
  if (!numbersOnly && installedBy('rpm')) return ['rpm'];
  return ['semver', 'dotted', 'debian'];
}

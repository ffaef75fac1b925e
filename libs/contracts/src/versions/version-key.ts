import { debianKey } from './debian-key.js';
import { rpmKey } from './rpm-key.js';

/** Where a piece of software was found on a computer; says by whose rules its versions are ordered. */
export type SoftwareSource = 'dpkg' | 'rpm' | 'registry' | 'waybill';

/** `1.2.3-rc.1+build`: a pre-release comes before its release, which Debian writes with `~`; the build says nothing about the order. */
const SEMVER = /^(\d+\.\d+\.\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

/**
 * A text that sorts byte by byte as versions do, so that a database can compare and index them: `versionKey(a) < versionKey(b)` means
 * that `a` is older. Equal keys are the same version in another spelling (`1.0` and `0:1.00`). Keys of different rules must not be compared.
 *
 * dpkg: deb-version(7). rpm: rpmvercmp with `~` and `^`. Others: Debian's rules, which order dotted numbers as one expects, with the
 * pre-releases of semantic versions before their release.
 */
export function versionKey(version: string, source: SoftwareSource): string {
  if (source === 'rpm') return rpmKey(version);
  return debianKey(source === 'dpkg' ? version : preReleaseFirst(version));
}

/** Negative: `a` is older than `b`. */
export function compareVersions(a: string, b: string, source: SoftwareSource): number {
  const [left, right] = [versionKey(a, source), versionKey(b, source)];
  return left < right ? -1 : Number(left > right);
}

function preReleaseFirst(version: string): string {
  const [, release, preRelease] = SEMVER.exec(version) ?? [];
  if (release === undefined) return version;
  // a dash would begin a Debian revision
  return preRelease === undefined ? release : `${release}~${preRelease.replaceAll('-', '+')}`;
}

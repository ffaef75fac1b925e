import { debianKey } from './debian-key.js';
import { rpmKey } from './rpm-key.js';
import { preReleaseKey } from './semver-key.js';

/** Where a piece of software was found on a computer; says by whose rules its versions are ordered. */
export type SoftwareSource = 'dpkg' | 'rpm' | 'registry' | 'waybill';

/** `1.2.3-rc.1+build`; the build says nothing about the order. */
const SEMVER = /^(\d+\.\d+\.\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

const NUMBERS = /^\d+(\.\d+)*$/;

/**
 * A text that sorts byte by byte as versions do, so that a database can compare and index them: `versionKey(a) < versionKey(b)` means
 * that `a` is older. Equal keys are the same version in another spelling (`1.0` and `0:1.00`). Keys of different rules must not be compared.
 *
 * dpkg: deb-version(7). rpm: rpmvercmp with `~` and `^`. Others: Debian's rules, which order dotted numbers as one expects; but zeros at the
 * end say nothing (`2.4` is `2.4.0`), and semantic versions with a pre-release are ordered as semver.org says.
 */
export function versionKey(version: string, source: SoftwareSource): string {
  if (source === 'rpm') return rpmKey(version);
  return source === 'dpkg' ? debianKey(version) : plainKey(version);
}

/** Negative: `a` is older than `b`. */
export function compareVersions(a: string, b: string, source: SoftwareSource): number {
  const [left, right] = [versionKey(a, source), versionKey(b, source)];
  return left < right ? -1 : Number(left > right);
}

function plainKey(version: string): string {
  const [, semantic, preRelease] = SEMVER.exec(version) ?? [];
  const release = semantic ?? version;
  const numbers = NUMBERS.test(release) ? release.replace(/(\.0+)+$/, '') : release;
  return preRelease === undefined ? debianKey(numbers) : debianKey(numbers, preReleaseKey(preRelease));
}

import { BEFORE_END, END, numberKey } from './key-parts.js';

/**
 * What follows the numbers of a semantic version with a pre-release, as clause 11 of semver.org 2.0.0 orders it: a pre-release comes before
 * its release; identifiers of digits by their number and before all others, which go by ASCII (`r100` before `r2`); fewer before more.
 * @param preRelease e.g. `rc.1`
 */
export function preReleaseKey(preRelease: string): string {
  const identifiers = preRelease.split('.').map((one) => (/^\d+$/.test(one) ? `0${numberKey(one)}` : `1${one}${END}`));
  return BEFORE_END + identifiers.join('') + END;
}

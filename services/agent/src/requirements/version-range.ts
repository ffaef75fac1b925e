import { compareVersions, type SoftwareSource } from '@waybill/contracts/agent';

const TESTS: Record<string, (order: number) => boolean> = {
  '>=': (order) => order >= 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '<': (order) => order < 0,
  '=': (order) => order === 0,
};

/** True when the version fits every comparator of the range, e.g. `>=3 <4`; a bare version means exactly that one. Ordered as by whoever installed it. */
export function satisfies(version: string, range: string, source: SoftwareSource = 'dpkg'): boolean {
  return comparators(range).every(([operator, bound]) => TESTS[operator]!(compareVersions(version, bound, source)));
}

function comparators(range: string): [string, string][] {
  return [...range.matchAll(/(>=|<=|>|<|=)?\s*([^\s<>=]+)/g)].map(([, operator, bound]) => [operator ?? '=', bound!]);
}

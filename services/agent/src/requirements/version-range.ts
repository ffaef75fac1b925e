import { compareVersions } from '@waybill/contracts/agent';

const TESTS: Record<string, (order: number) => boolean> = {
  '>=': (order) => order >= 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '<': (order) => order < 0,
  '=': (order) => order === 0,
};

/** True when the version fits every comparator of the range, e.g. `>=3 <4`; a bare version means exactly that one. Ordered as Debian does. */
export function satisfies(version: string, range: string): boolean {
  return comparators(range).every(([operator, bound]) => TESTS[operator]!(compareVersions(version, bound, 'dpkg')));
}

function comparators(range: string): [string, string][] {
  return [...range.matchAll(/(>=|<=|>|<|=)?\s*([^\s<>=]+)/g)].map(([, operator, bound]) => [operator ?? '=', bound!]);
}

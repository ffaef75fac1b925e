/** Most places that are named; a manifest with another layout differs everywhere. */
const MOST = 5;

/** JSON pointers at which two JSON values differ, at most five and then how many more. Empty: they are the same. */
export function differences(a: unknown, b: unknown): string[] {
  const all = differing(a, b, '');
  return all.length > MOST ? [...all.slice(0, MOST), `${all.length - MOST} more`] : all;
}

function differing(a: unknown, b: unknown, pointer: string): string[] {
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return a === b ? [] : [pointer || '/'];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return keys.flatMap((key) =>
    differing(a[key], b[key], `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

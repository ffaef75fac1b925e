/** Values that are wrong for most fields, each in another way. */
const WRONG = [
  null,
  '',
  'x',
  'x'.repeat(70_000),
  'line\nbreak',
  '2026-13-45T00:00:00Z',
  -2,
  0,
  1.5,
  2 ** 60,
  true,
  [],
  [1],
  ['x', 'x'],
  Array.from({ length: 5_001 }, () => '01997a00-0000-7000-8000-000000000001'),
  {},
  { unknown: 1 },
];

export interface BrokenCopy {
  /** what was done, e.g. `/targets/0/name is 1.5` */
  what: string;
  message: unknown;
}

/**
 * Copies of a good message with one thing changed: each field taken away, replaced by each wrong value, or joined by an unknown
 * one; in nested objects and lists too.
 */
export function* brokenCopies(golden: object): Generator<BrokenCopy> {
  for (const path of objectPaths(golden, [])) {
    const inner = at(golden, path) as object;
    if (!Array.isArray(inner)) yield changed(golden, [...path, 'unknownField'], 1);
    for (const key of Object.keys(inner)) {
      if (!Array.isArray(inner)) yield changed(golden, [...path, key], undefined);
      for (const wrong of WRONG) yield changed(golden, [...path, key], wrong);
    }
  }
}

function* objectPaths(value: unknown, path: string[]): Generator<string[]> {
  if (typeof value !== 'object' || value === null) return;
  yield path;
  for (const [key, child] of Object.entries(value)) yield* objectPaths(child, [...path, key]);
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce((inner, key) => (inner as Record<string, unknown>)[key], value);
}

function changed(golden: object, path: string[], value: unknown): BrokenCopy {
  const message: unknown = structuredClone(golden);
  const parent = at(message, path.slice(0, -1)) as Record<string, unknown>;
  if (value === undefined) delete parent[path.at(-1)!];
  else parent[path.at(-1)!] = value;
  const shown = value === undefined ? 'is missing' : `is ${JSON.stringify(value).slice(0, 40)}`;
  return { what: `/${path.join('/')} ${shown}`, message };
}

import fc from 'fast-check';

/** As much of JSON Schema as the manifest's uses. */
export interface Schema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  examples?: unknown[];
}

/** fast-check makes no texts for expressions that look ahead: the examples stand for those. */
const LOOKS_AHEAD = '(?';

/** Values that a schema allows. */
export function allowedBy(schema: Schema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return fc.oneof(...branches.map(allowedBy));
  switch (schema.type) {
    case 'string':
      return text(schema);
    case 'integer':
      return fc.integer({ min: schema.minimum, max: Math.min(schema.maximum ?? 99, 2 ** 31 - 1) });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(allowedBy(schema.items!), {
        minLength: schema.minItems ?? 0,
        maxLength: (schema.minItems ?? 0) + 2,
      });
    case 'object': {
      const parts = Object.entries(schema.properties!).map(([name, part]) => [name, allowedBy(part)] as const);
      return fc.record(Object.fromEntries(parts), { requiredKeys: schema.required as never[] });
    }
    default:
      throw new Error(`no values are made for ${JSON.stringify(schema)}`);
  }
}

function text({ pattern, minLength = 0, maxLength = 64, examples }: Schema): fc.Arbitrary<string> {
  if (pattern?.includes(LOOKS_AHEAD)) return fc.constantFrom(...(examples as string[]));
  if (pattern !== undefined)
    return fc.stringMatching(new RegExp(pattern)).filter((one) => one.length <= 128 || !pattern.includes('127'));
  return fc
    .string({ minLength, maxLength, unit: 'grapheme' })
    .filter((one) => [...one].length <= maxLength && one.length >= minLength);
}

/**
 * Values that are allowed but for one or two changes at any place.
 * @param allowed what is changed
 */
export function nearlyAllowedBy(schema: Schema, allowed = allowedBy(schema)): fc.Arbitrary<unknown> {
  const change = fc.record({ at: fc.nat(), how: fc.nat(7), odd: ODD });
  return fc
    .tuple(allowed, fc.array(change, { minLength: 1, maxLength: 2 }))
    .map(([value, changes]) => changes.reduce<unknown>(changed, structuredClone(value)));
}

/** What is close to something allowed, or to a limit. */
const ODD = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  fc.constantFrom<unknown>(null, -1, 0, 1.5, 1e21, 65535, 65536, 2 ** 53, true, '', '0', {}, [], [[]]),
  fc.constantFrom(
    '..',
    '/..',
    '/a/../b',
    '/a/..b',
    'a/b',
    '\u0000',
    '\ud800',
    'ä',
    'x'.repeat(300),
    '/\u2028/../x',
    '😀'.repeat(150),
  ),
  fc.constantFrom(
    'PT0S',
    'P8D',
    'P365D',
    'P',
    'PT',
    'soon',
    '1GB',
    '0B',
    '99999',
    '0644',
    'linux',
    'deb',
    'script',
    'debian',
  ),
);

function changed(root: unknown, { at, how, odd }: { at: number; how: number; odd: unknown }): unknown {
  const places = placesOf(root);
  if (places.length === 0) return odd;
  const { holder, key } = places[at % places.length]!;
  const value = holder[key];
  if (how === 0 && !Array.isArray(holder)) delete holder[key];
  else if (how === 1) addTo(holder, odd);
  else if (how === 2 && typeof value === 'string') holder[key] = `${value}${String(odd).slice(0, 3)}`;
  else if (how === 3 && typeof value === 'number') holder[key] = value + (odd === null ? 0.5 : -1);
  else if (how === 4 && Array.isArray(value)) value.push(...(value.slice(0, 1) as unknown[]));
  else if (how === 5 && Array.isArray(value)) value.length = 0;
  else if (how === 6 && value !== null && typeof value === 'object') addTo(value as Holder, odd);
  else holder[key] = odd;
  return root;
}

type Holder = Record<string | number, unknown>;

function addTo(holder: Holder, odd: unknown): void {
  if (Array.isArray(holder)) holder.push(odd);
  else holder[typeof odd === 'string' ? odd.slice(0, 9) : 'extra'] = odd;
}

function placesOf(value: unknown): { holder: Holder; key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Holder;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesOf(holder[key])]);
}

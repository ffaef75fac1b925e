import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { FULL_MANIFEST } from './manifest.cases.spec.js';
import { MANIFEST_DOCS } from './manifest.docs.js';
import { manifestJsonSchema } from './manifest.schema.js';

interface Schema {
  description?: string;
  examples?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

const ajv = new Ajv2020({ allErrors: true, strict: true });

/** Every schema of a named field, and every kind of an installer. */
function fields(schema: Schema, pointer = ''): [pointer: string, field: Schema][] {
  const kinds = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]): [string, Schema][] => [
      [`${pointer}/${name}`, field],
      ...fields(field, `${pointer}/${name}`),
    ]),
    ...(schema.items ? fields(schema.items, `${pointer}/0`) : []),
    ...kinds.flatMap((kind, i): [string, Schema][] => [
      ...(kind.properties?.['type'] ? [[`${pointer}(${i})`, kind] as [string, Schema]] : []),
      ...fields(kind, pointer),
    ]),
  ];
}

describe('the JSON Schema of the manifest', () => {
  const schema = manifestJsonSchema() as Schema;

  it('is draft 2020-12 and takes a manifest with everything in it', () => {
    expect(schema).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
    const validate = ajv.compile(schema);
    expect([validate(FULL_MANIFEST), validate.errors]).toEqual([true, null]);
    expect(validate({ ...FULL_MANIFEST, titel: 'x' })).toBe(false);
  });

  it('says of every field what it is, with examples that are allowed', () => {
    const all = fields(schema);
    expect(all.length).toBeGreaterThan(80);
    for (const [pointer, field] of all) {
      expect([pointer, field.description]).toEqual([pointer, expect.stringMatching(/^\S.{8,}[.]$/)]);
      expect([pointer, field.examples?.length]).toEqual([pointer, expect.any(Number)]);
      const validate = ajv.compile(field);
      for (const example of field.examples!)
        expect([pointer, example, validate(example)]).toEqual([pointer, example, true]);
    }
  });

  it('has no words for fields that are not there', () => {
    const described = new Set(fields(schema).map(([, { description }]) => description));
    for (const [path, { description }] of Object.entries(MANIFEST_DOCS))
      expect([path, described.has(description)]).toEqual([path, true]);
  });

  it('is committed; after a change run: npm run schema -w @waybill/contracts', () => {
    const file = join(import.meta.dirname, '../../schema/manifest.schema.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(schema)));
  });
});

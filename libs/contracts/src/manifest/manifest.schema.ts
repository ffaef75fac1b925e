import { z } from 'zod';
import { MANIFEST_DOCS } from './manifest.docs.js';
import { manifestSchema } from './manifest.js';

/** A JSON Schema as far as the manifest's uses it. */
interface Schema {
  $schema?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  const?: unknown;
  enum?: unknown[];
}

/**
 * The manifest as JSON Schema, for editors and other tools, every field with a description and an example. It is looser than
 * `validateManifest`, which also checks what refers to what.
 * @param target 2020-12, draft 7 for documents that know no newer one, or OpenAPI 3.0, which gets descriptions only
 */
export function manifestJsonSchema(target: 'draft-2020-12' | 'draft-07' | 'openapi-3.0' = 'draft-2020-12'): object {
  const { $schema, ...schema } = z.toJSONSchema(manifestSchema, { target, io: 'input' }) as Schema;
  const put = (path: string, field: Schema) => {
    const { description, examples } = MANIFEST_DOCS[path] ?? {};
    Object.assign(field, { description }, target !== 'openapi-3.0' && { examples });
  };
  documented(schema, '', put);
  return { ...($schema && { $schema }), title: 'Waybill package manifest', ...schema };
}

/** Gives each field to `put` with its path as MANIFEST_DOCS writes it. */
function documented(schema: Schema, path: string, put: (path: string, field: Schema) => void): void {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const at = path === '' ? name : `${path}.${name}`;
    put(at, field);
    documented(field, at, put);
  }
  if (schema.items) documented(schema.items, `${path}[]`, put);
  for (const branch of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) {
    const { const: kind, enum: [only] = [] } = branch.properties?.['type'] ?? {};
    const type = kind ?? only;
    const at = typeof type === 'string' ? `${path}<${type}>` : path;
    if (at !== path) put(at, branch);
    documented(branch, at, put);
  }
}

import { readFileSync } from 'node:fs';

type Schema = { [key: string]: unknown };
interface Operation {
  parameters?: { name: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** Words of a field that would make a server call somebody. */
const CALLS = /ur[il]|href|link|endpoint|webhook|callback|proxy|address|domain/i;

/** Fields that sound like it and are not. */
const HARMLESS = [
  // numbers of the parts for which the server makes URLs
  'get /api/v1/packages/{name}/versions/{version}/uploads/{id} urls',
  // of a provider's error answer (RFC 6749, 4.1.2.1): let in and not looked at
  'get /api/v1/session/oidc/callback error_uri',
  // of webhooks: called only where receiver-address.ts and receiver-url.ts of services/gateway let it, which delivering.int.spec.ts attacks
  'post /api/v1/webhooks /url',
  'patch /api/v1/webhooks/{id} /url',
  // a computer's own addresses, which are shown and never called
  'put /agent/v1/inventory /addresses',
];

/** Every field of a request, by its path; references are followed once each. */
function fieldsOf(document: Document, operation: Operation): [path: string, schema: Schema][] {
  const found: [string, Schema][] = (operation.parameters ?? []).map(({ name, schema }) => [name, schema]);
  const seen = new Set<string>();
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const schema = value as Schema;
    const reference = typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1)! : null;
    if (reference && !seen.has(reference)) {
      seen.add(reference);
      visit(document.components.schemas[reference], path);
    }
    for (const [key, child] of Object.entries(schema)) {
      if (key === 'properties') {
        for (const [name, property] of Object.entries(child as Record<string, Schema>)) {
          found.push([`${path}/${name}`, property]);
          visit(property, `${path}/${name}`);
        }
      } else if (key !== '$ref') visit(child, path);
    }
  };
  for (const { schema } of Object.values(operation.requestBody?.content ?? {})) visit(schema, '');
  return found;
}

describe.each([
  ['the API', 'services/gateway/openapi.json'],
  ['the agent door', 'services/fleet/openapi.json'],
])('%s', (_what, file) => {
  const document = JSON.parse(readFileSync(file, 'utf8')) as Document;
  const fields = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      fieldsOf(document, operation).map(([field, schema]) => [`${method} ${path} ${field}`, schema] as const),
    ),
  );

  it('has requests with fields to look at', () => expect(fields.length).toBeGreaterThan(10));

  // No service opens an address that a caller named, but for webhooks: there is nothing else to forge a request with.
  it('takes no address that the server would call, but for the guarded ones of webhooks', () => {
    const suspicious = fields.filter(
      ([path, schema]) =>
        CALLS.test(path.split(/[ /]/).at(-1)!) || ['uri', 'url', 'hostname'].includes(String(schema['format'])),
    );
    expect(suspicious.map(([path]) => path).filter((path) => !HARMLESS.includes(path))).toEqual([]);
  });
});

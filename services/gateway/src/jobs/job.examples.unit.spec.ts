import { readFileSync } from 'node:fs';
import { CreateJob, validateMessage } from '@waybill/contracts';
import { JOB_EXAMPLES } from './job.examples.js';

interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
}
const { schemas } = (
  JSON.parse(readFileSync('services/gateway/openapi.json', 'utf8')) as {
    components: { schemas: Record<string, Schema> };
  }
).components;
const orders = Object.values(JOB_EXAMPLES).map(({ value }) => value);

/** Every field that an order may have, by its path; elements of lists are `[]`. */
function fields(schema: Schema, path = ''): string[] {
  const { properties = {}, items } = schema.$ref ? schemas[schema.$ref.split('/').at(-1)!]! : schema;
  if (items) return fields(items, `${path}[]`);
  return Object.entries(properties).flatMap(([name, of]) => [`${path}/${name}`, ...fields(of, `${path}/${name}`)]);
}

/** Those that an order has. */
function used(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => used(one, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, of]) => [`${path}/${name}`, ...used(of, `${path}/${name}`)]);
}

describe('the orders in the OpenAPI document', () => {
  it.each(Object.entries(JOB_EXAMPLES))('%s is one', (_name, { value }) => {
    expect(validateMessage(CreateJob, value)).toMatchObject({ ok: true });
  });

  it('show every field that an order may have', () => {
    const all = fields(schemas['CreateJob']!);
    expect(all).toContain('/rollout/waves[]/approval');
    const shown = new Set(orders.flatMap((order) => used(order)));
    expect(all.filter((field) => !shown.has(field))).toEqual([]);
  });
});

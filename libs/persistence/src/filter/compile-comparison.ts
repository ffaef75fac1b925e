import { invalid } from '@waybill/contracts';
import type { Bind, Field, Operator } from './field-map.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const CASTS: Record<Field['type'], string> = {
  text: 'text',
  enum: 'text',
  uuid: 'uuid',
  timestamp: 'timestamptz',
  number: 'numeric',
  boolean: 'boolean',
};
const ORDERED: readonly Field['type'][] = ['text', 'timestamp', 'number'];

/** One comparison as SQL. */
export function compileComparison(selector: string, field: Field, key: string, operator: Operator, values: string[], bind: Bind): string {
  values.forEach((value) => checkValue(selector, field, value, operator));
  if (field.compile) return field.compile(operator, values, bind);
  const sql = typeof field.sql === 'string' ? field.sql : field.sql(key, bind);
  const cast = CASTS[field.type];
  switch (operator) {
    case '=in=':
      return `${sql} = ANY(${bind(values)}::${cast}[])`;
    case '=out=':
      return `(${sql} IS NULL OR ${sql} <> ALL(${bind(values)}::${cast}[]))`;
    case '==':
      return isPattern(field, values[0]!) ? `${sql} LIKE ${bind(likePattern(values[0]!))}` : `${sql} = ${bind(values[0])}::${cast}`;
    case '!=':
      return isPattern(field, values[0]!)
        ? `(${sql} IS NULL OR ${sql} NOT LIKE ${bind(likePattern(values[0]!))})`
        : `${sql} IS DISTINCT FROM ${bind(values[0])}::${cast}`;
    default:
      if (!ORDERED.includes(field.type)) {
        throw invalid('filter.operator', `"${selector}" cannot be compared with ${operator}; use ==, !=, =in= or =out=.`);
      }
      return `${sql} ${operator} ${bind(values[0])}::${cast}`;
  }
}

const isPattern = (field: Field, value: string) => field.type === 'text' && value.includes('*');

/** `*` is the only wildcard; what LIKE would take for one is escaped. */
export function likePattern(value: string): string {
  return value.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%');
}

function checkValue(selector: string, field: Field, value: string, operator: Operator): void {
  const wrong = (expected: string) => invalid('filter.value', `"${selector}" ${operator} "${value.slice(0, 100)}": ${expected}.`);
  if (value.includes('\u0000')) throw wrong('a value must not contain a NUL character');
  if (field.type === 'uuid' && !UUID.test(value)) throw wrong('use an id, e.g. 018f6f3e-7c1a-7000-8000-000000000001');
  if (field.type === 'number' && !/^-?\d{1,15}(\.\d{1,6})?$/.test(value)) throw wrong('use a number');
  if (field.type === 'boolean' && value !== 'true' && value !== 'false') throw wrong('use true or false');
  if (field.type === 'timestamp' && !(/^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value)))) {
    throw wrong('use a date and time, e.g. 2026-09-01T00:00:00Z');
  }
  if (field.type === 'enum' && !field.values?.includes(value)) throw wrong(`use one of ${field.values?.join(', ')}`);
}

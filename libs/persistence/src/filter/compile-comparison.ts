import { invalid } from '@waybill/contracts';
import { checkValue } from './check-value.js';
import type { Bind, Field, Operator } from './field-map.js';
import { isPattern, likePattern } from './like-pattern.js';

const CASTS: Record<Field['type'], string> = {
  text: 'text',
  enum: 'text',
  uuid: 'uuid',
  timestamp: 'timestamptz',
  number: 'numeric',
  boolean: 'boolean',
};
const ORDERED: readonly Field['type'][] = ['text', 'timestamp', 'number'];

/** The type that a value is bound with. An index on an integer column serves bigint, but not numeric. */
export function castOf({ type }: Field, values: readonly string[]): string {
  return type === 'number' && values.every((value) => /^-?\d{1,18}$/.test(value)) ? 'bigint' : CASTS[type];
}

/** One comparison as SQL. */
export function compileComparison(
  selector: string,
  field: Field,
  key: string,
  operator: Operator,
  values: string[],
  bind: Bind,
): string {
  values.forEach((value) => checkValue(selector, field, value, operator));
  if (operator !== '=in=' && operator !== '=out=' && values.length !== 1) {
    throw invalid('filter.operator', `"${selector}" ${operator} takes one value; use =in= or =out= for a list.`);
  }
  const replaced = field.compile?.(operator, values, bind, key) ?? null;
  if (replaced !== null) return replaced;
  const sql = typeof field.sql === 'string' ? field.sql : field.sql(key, bind);
  if (field.type === 'text' && values.some(isPattern)) {
    const pattern = compilePatterns(sql, operator, values, bind);
    if (pattern !== null) return pattern;
  }
  const cast = castOf(field, values);
  switch (operator) {
    case '=in=':
      return `${sql} = ANY(${bind(values)}::${cast}[])`;
    case '=out=':
      return `(${sql} IS NULL OR ${sql} <> ALL(${bind(values)}::${cast}[]))`;
    case '==':
      return `${sql} = ${bind(values[0])}::${cast}`;
    case '!=':
      return `${sql} IS DISTINCT FROM ${bind(values[0])}::${cast}`;
    default:
      if (!ORDERED.includes(field.type)) {
        throw invalid(
          'filter.operator',
          `"${selector}" cannot be compared with ${operator}; use ==, !=, =in= or =out=.`,
        );
      }
      return `${sql} ${operator} ${bind(values[0])}::${cast}`;
  }
}

/** Comparisons with wildcards; null for an order, where a star is a character like any other. */
function compilePatterns(sql: string, operator: Operator, values: string[], bind: Bind): string | null {
  const patterns = values.map(likePattern);
  switch (operator) {
    case '==':
      // not ANY: an index serves a single pattern only
      return `${sql} LIKE ${bind(patterns[0])}`;
    case '!=':
      return `(${sql} IS NULL OR ${sql} NOT LIKE ${bind(patterns[0])})`;
    case '=in=':
      return `${sql} LIKE ANY(${bind(patterns)}::text[])`;
    case '=out=':
      return `(${sql} IS NULL OR ${sql} NOT LIKE ALL(${bind(patterns)}::text[]))`;
    default:
      return null;
  }
}

import { invalid } from '@waybill/contracts';
import type { Field, Operator } from './field-map.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** RFC 3339, or a date alone; offsets as far as PostgreSQL takes them. Without a zone it is UTC. */
const TIMESTAMP =
  /^(\d{4})-(\d\d)-(\d\d)(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-5]):[0-5]\d)?)?$/;

/**
 * What a value must be, so that PostgreSQL never has to refuse it.
 * @throws invalid `filter.value`
 */
export function checkValue(selector: string, field: Field, value: string, operator: Operator): void {
  const problem = value.includes('\u0000') ? 'a value must not contain a NUL character' : problemOf(field, value);
  if (problem !== null)
    throw invalid('filter.value', `"${selector}" ${operator} "${value.slice(0, 100)}": ${problem}.`);
}

function problemOf({ type, values = [] }: Field, value: string): string | null {
  switch (type) {
    case 'text':
      return null;
    case 'uuid':
      return UUID.test(value) ? null : 'use an id, e.g. 018f6f3e-7c1a-7000-8000-000000000001';
    case 'number':
      return /^-?\d{1,15}(\.\d{1,6})?$/.test(value) ? null : 'use a number';
    case 'boolean':
      return value === 'true' || value === 'false' ? null : 'use true or false';
    case 'timestamp':
      return isTimestamp(value) ? null : 'use a date and time, e.g. 2026-09-01T00:00:00Z';
    case 'enum':
      return values.includes(value) ? null : `use one of ${values.join(', ')}`;
  }
}

function isTimestamp(value: string): boolean {
  const [, year, month, day] = (TIMESTAMP.exec(value) ?? []).map(Number);
  if (!year || !month || !day) return false;
  // the 31st of February would be taken for a day in March
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

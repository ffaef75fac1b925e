import { castOf } from '../filter/compile-comparison.js';
import type { Bind, Field } from '../filter/field-map.js';
import type { CursorPosition } from './cursor.js';

/** What a list is sorted by. */
export interface SortKey {
  sql: string;
  field: Field;
  nullable: boolean;
}

/**
 * The rows behind a position in PostgreSQL's own order (ascending: nulls last; descending: nulls first), which an index has in both
 * directions. A row comparison is the only form whose cost does not grow with the depth; it is unknown for nulls, so those are asked for apart.
 */
export function beyondPosition(key: SortKey, id: SortKey, at: CursorPosition, descending: boolean, bind: Bind): string {
  const beyond = descending ? '<' : '>';
  const idValue = `${bind(at.id)}::${castOf(id.field, [at.id])}`;
  if (at.key === null) {
    const otherNulls = `(${key.sql} IS NULL AND ${id.sql} ${beyond} ${idValue})`;
    return descending ? `(${otherNulls} OR ${key.sql} IS NOT NULL)` : otherNulls;
  }
  const values = `(${key.sql}, ${id.sql}) ${beyond} (${bind(at.key)}::${castOf(key.field, [at.key])}, ${idValue})`;
  return key.nullable && !descending ? `(${values} OR ${key.sql} IS NULL)` : values;
}

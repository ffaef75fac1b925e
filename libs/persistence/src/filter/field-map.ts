/** Puts a value among the statement's parameters and answers its placeholder, e.g. `$3`. */
export type Bind = (value: unknown) => string;

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '=in=' | '=out=';

/** One field that a filter (and a sort) may name. Everything that is not listed is refused. */
export interface Field {
  /** SQL expression; for a dynamic field (`attribute.*`) built from the part behind the dot, which must go through `bind` */
  sql: string | ((key: string, bind: Bind) => string);
  type: 'text' | 'enum' | 'uuid' | 'timestamp' | 'number' | 'boolean';
  /** allowed values of an enum */
  values?: readonly string[];
  /** may be sorted by */
  sortable?: boolean;
  /** a sortable expression that can be null must say so: such rows come last in ascending order, first in descending order */
  nullable?: boolean;
  /** replaces the comparison as a whole, e.g. by an EXISTS; null leaves it to `sql`. `key` is the part behind the dot of a dynamic field. */
  compile?: (operator: Operator, values: string[], bind: Bind, key: string) => string | null;
}

/** Field names as the API documents them; a name that ends in `.*` matches any key behind the dot. */
export type FieldMap = Record<string, Field>;

/** The field of a selector, and the key behind the dot of a dynamic one. */
export function findField(fields: FieldMap, selector: string): { field: Field; key: string } | undefined {
  if (Object.hasOwn(fields, selector)) return { field: fields[selector]!, key: '' };
  const dot = selector.indexOf('.');
  const dynamic = dot > 0 ? `${selector.slice(0, dot)}.*` : '';
  const key = selector.slice(dot + 1);
  if (dynamic !== '' && key !== '' && Object.hasOwn(fields, dynamic)) return { field: fields[dynamic]!, key };
  return undefined;
}

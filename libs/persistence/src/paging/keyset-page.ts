import { invalid, nearest, type Page, PAGE_LIMIT, type PageQuery } from '@waybill/contracts';
import { compileRsql } from '../filter/compile-rsql.js';
import { type FieldMap, findField } from '../filter/field-map.js';
import { beyondPosition, type SortKey } from './beyond-position.js';
import { type CursorPosition, decodeCursor, encodeCursor, listFingerprint } from './cursor.js';

/** What a TypeORM DataSource, EntityManager or QueryRunner can do. */
export interface Queryable {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/** A list of the API. */
export interface ListSpec {
  /** select list with the columns named as the row type wants them, e.g. `p.name, p.created_at AS "createdAt"` */
  select: string;
  /** e.g. `packages p` with joins */
  from: string;
  /** condition that always holds; its parameters are `scope` of {@link keysetPage}, from `$1` */
  where?: string;
  fields: FieldMap;
  /** e.g. `-createdAt` */
  defaultSort: string;
  /** field whose value is unique within the list; breaks ties in the same direction */
  unique: string;
}

const DEFAULT_LIMIT = 100;

/**
 * One page by keyset: cost does not grow with the page's number, rows that come or go in between neither repeat nor hide others.
 * @throws invalid `filter.*`, `sort.unknownField`, `limit.range`, `cursor.invalid`
 */
export async function keysetPage<Row>(
  database: Queryable,
  spec: ListSpec,
  query: PageQuery,
  scope: unknown[] = [],
): Promise<Page<Row>> {
  const limit = query.limit ?? DEFAULT_LIMIT;
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_LIMIT)
    throw invalid('limit.range', `limit must be 1 to ${PAGE_LIMIT}.`);
  const parameters = [...scope];
  const bind = (value: unknown) => `$${parameters.push(value)}`;

  const sort = query.sort ?? spec.defaultSort;
  const descending = sort.startsWith('-');
  const key = sortField(spec, sort.replace(/^-/, ''));
  const id = sortField(spec, spec.unique);
  const fingerprint = listFingerprint([spec.from, JSON.stringify(scope), sort, query.filter ?? '']);

  const conditions = spec.where ? [spec.where] : [];
  if (query.filter) conditions.push(compileRsql(query.filter, spec.fields, bind));
  if (query.cursor) {
    conditions.push(beyondPosition(key, id, decodeCursor(fingerprint, query.cursor), descending, bind));
  }
  const direction = descending ? 'DESC' : 'ASC';
  const sql = `SELECT ${spec.select}, (${key.sql})::text AS "pageKey", (${id.sql})::text AS "pageId" FROM ${spec.from}
     ${conditions.length > 0 ? `WHERE ${conditions.map((condition) => `(${condition})`).join(' AND ')}` : ''}
     ORDER BY ${key.sql} ${direction}, ${id.sql} ${direction} LIMIT ${limit + 1}`;
  const rows = await run<PagedRow<Row>>(database, sql, parameters, query);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = rows.length > limit && last ? encodeCursor(fingerprint, positionOf(last, key, sort)) : null;
  for (const item of items) {
    delete item.pageKey;
    delete item.pageId;
  }
  return { items, nextCursor };
}

type PagedRow<Row> = Row & { pageKey?: string | null; pageId?: string };

function positionOf({ pageKey, pageId }: PagedRow<object>, key: SortKey, sort: string): CursorPosition {
  // paging on would leave out rows without a word
  if (pageKey == null && !key.nullable)
    throw new Error(`sort field "${sort}" is null in a row but not declared nullable`);
  return { key: pageKey ?? null, id: pageId! };
}

/** A value that passes our checks but not PostgreSQL's (the inside of a made-up cursor) is the caller's mistake, not ours. */
async function run<Row>(database: Queryable, sql: string, parameters: unknown[], query: PageQuery): Promise<Row[]> {
  try {
    return (await database.query(sql, parameters)) as Row[];
  } catch (error) {
    const code = (error as { driverError?: { code?: string } }).driverError?.code ?? (error as { code?: string }).code;
    const dataException = typeof code === 'string' && code.startsWith('22');
    if (dataException && query.cursor)
      throw invalid('cursor.invalid', 'cursor must be the nextCursor of the page before, unchanged.');
    if (dataException) throw invalid('filter.value', 'The filter holds a value that its field cannot have.');
    throw error;
  }
}

function sortField(spec: ListSpec, name: string): SortKey {
  const found = findField(spec.fields, name);
  if (!found?.field.sortable || typeof found.field.sql !== 'string') {
    const names = Object.keys(spec.fields).filter((field) => spec.fields[field]!.sortable);
    throw invalid(
      'sort.unknownField',
      `sort names "${name}"${nearest(name, names)}; it may name ${names.join(', ')}, with a leading - for descending.`,
    );
  }
  return { sql: found.field.sql, field: found.field, nullable: found.field.nullable ?? false };
}

import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Response } from 'express';

export const TABLE_FORMATS = ['csv', 'ndjson'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** A table to be sent as a file; a row's fields of other names are left out of CSV. */
export interface TableFile<Row> {
  /** without the ending */
  name: string;
  format: TableFormat;
  columns: readonly string[];
  pages: AsyncIterable<Row[]>;
}

/** Streams a table page by page; the client's pace sets the pace (back-pressure), a client that leaves ends it. */
export async function sendTable<Row>(
  response: Response,
  { name, format, columns, pages }: TableFile<Row>,
): Promise<void> {
  const rows = Readable.from(flatten(pages), { objectMode: true });
  response.setHeader('Content-Disposition', `attachment; filename="${name}.${format}"`);
  response.setHeader('Content-Type', format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson');
  if (format === 'csv') await pipeline(rows, csvOf(columns), response);
  else await pipeline(rows, ndjson, response);
}

/** CSV (RFC 4180) with a header line; text that a spreadsheet would run as a formula is escaped. */
export function csvOf(columns: readonly string[]): Transform {
  return stringify({ header: true, columns: [...columns], escape_formulas: true, record_delimiter: 'windows' });
}

async function* ndjson(rows: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const row of rows) yield JSON.stringify(row) + '\n';
}

async function* flatten<T>(pages: AsyncIterable<T[]>): AsyncGenerator<T> {
  for await (const page of pages) yield* page;
}

import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ExecutionView } from '@waybill/contracts';
import { stringify } from 'csv-stringify';
import type { Response } from 'express';

export type ReportFormat = 'csv' | 'ndjson';

const COLUMNS = [
  'computerName',
  'computerId',
  'status',
  'reason',
  'message',
  'attempt',
  'exitCode',
  'queuedAt',
  'startedAt',
  'finishedAt',
  'updatedAt',
] as const satisfies (keyof ExecutionView)[];

/** Streams executions page by page; the client's pace sets the pace (back-pressure), a client that leaves ends it. */
export async function writeReport(
  response: Response,
  name: string,
  format: ReportFormat,
  pages: AsyncIterable<ExecutionView[]>,
): Promise<void> {
  const rows = Readable.from(flatten(pages), { objectMode: true });
  response.setHeader('Content-Disposition', `attachment; filename="${name}.${format}"`);
  response.setHeader('Content-Type', format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson');
  if (format === 'csv') await pipeline(rows, csvWriter(), response);
  else await pipeline(rows, ndjson, response);
}

/** CSV (RFC 4180) with a header line; text that a spreadsheet would run as a formula is escaped. */
export function csvWriter(): Transform {
  return stringify({ header: true, columns: [...COLUMNS], escape_formulas: true, record_delimiter: 'windows' });
}

async function* ndjson(rows: AsyncIterable<ExecutionView>): AsyncGenerator<string> {
  for await (const row of rows) yield JSON.stringify(row) + '\n';
}

async function* flatten<T>(pages: AsyncIterable<T[]>): AsyncGenerator<T> {
  for await (const page of pages) yield* page;
}

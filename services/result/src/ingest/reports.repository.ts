import type { SqlExecutor } from '@waybill/messaging';
import { type ReportRow, isEvidenced } from './coalesce-reports.js';
import { INGEST_BATCH_SQL } from './ingest-batch.sql.js';
import type { AnomalyKind } from './judge-report.js';

export interface JudgedAnomaly {
  row: ReportRow;
  kind: AnomalyKind;
}

/**
 * Judges and applies a batch in one statement, which commits by itself unless a transaction is open on `sql`.
 * @returns the rows that were not applied because something is wrong with them
 */
export async function ingestBatch(sql: SqlExecutor, rows: readonly ReportRow[]): Promise<JudgedAnomaly[]> {
  if (rows.length === 0) return [];
  const anomalies = (await sql.query(INGEST_BATCH_SQL, parameters(rows))) as { n: number; kind: AnomalyKind }[];
  return anomalies.map(({ n, kind }) => ({ row: rows[n - 1]!, kind }));
}

function parameters(rows: readonly ReportRow[]): unknown[] {
  const detailed = rows.flatMap(({ details }, index) => (details === null ? [] : [{ n: index + 1, details }]));
  return [
    plain(rows, ({ report }) => report.jobId),
    plain(rows, ({ report }) => report.run),
    plain(rows, ({ report }) => report.computerId),
    plain(rows, ({ report }) => report.attempt),
    plain(rows, ({ report }) => report.seq),
    plain(rows, ({ report }) => report.status),
    rows.map(({ report }) => report.reason ?? null),
    rows.map(({ report }) => report.message ?? null),
    plain(rows, ({ report }) => report.exitCode ?? 'NULL'),
    plain(rows, ({ report, firstAt }) => (firstAt === report.at ? 'NULL' : firstAt)),
    plain(rows, ({ report }) => report.at),
    plain(rows, ({ report }) => isEvidenced(report)),
    plain(rows, ({ afterFinal }) => afterFinal),
    plain(rows, ({ overrulingSeq }) => overrulingSeq),
    plain(detailed, ({ n }) => n),
    detailed.map(({ details }) => details.steps && JSON.stringify(details.steps)),
    detailed.map(({ details }) => details.logTail),
    detailed.map(({ details }) => details.evidence),
  ];
}

/** An array literal of values that need no quotes (ids, numbers, words, instants): the driver's own encoder escapes each element, which cost 1 ms per batch. */
function plain<T>(rows: readonly T[], pick: (row: T) => string | number | boolean): string {
  return `{${rows.map(pick).join(',')}}`;
}

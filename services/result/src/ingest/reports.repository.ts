import { FAILED_STATUSES, type StatusReport } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';
import { type ReportRow, isEvidenced } from './coalesce-reports.js';
import { INGEST_BATCH_SQL } from './ingest-batch.sql.js';
import type { AnomalyKind } from './judge-report.js';

export interface JudgedAnomaly {
  row: ReportRow;
  kind: AnomalyKind;
}

/**
 * Judges and applies a batch in one statement, which commits by itself unless a transaction is open on `sql`; in a few when a computer speaks of several
 * attempts.
 * @returns the rows that were not applied because something is wrong with them
 */
export async function ingestBatch(sql: SqlExecutor, rows: readonly ReportRow[]): Promise<JudgedAnomaly[]> {
  const judged: JudgedAnomaly[] = [];
  for (const layer of oneAttemptEach(rows)) {
    const anomalies = (await sql.query(INGEST_BATCH_SQL, parameters(layer))) as { n: number; kind: AnomalyKind }[];
    judged.push(...anomalies.map(({ n, kind }) => ({ row: layer[n - 1]!, kind })));
  }
  return judged;
}

/** Nearly always all rows at once. A computer that failed and tries again may speak of two attempts in one batch: the earlier one comes first. */
function oneAttemptEach(rows: readonly ReportRow[]): ReportRow[][] {
  const attempts = new Map<string, Set<number>>();
  for (const { report } of rows) {
    const known = attempts.get(executionOf(report));
    if (known) known.add(report.attempt);
    else attempts.set(executionOf(report), new Set([report.attempt]));
  }
  const layers: ReportRow[][] = [];
  for (const row of rows) {
    const earlier = [...attempts.get(executionOf(row.report))!].filter(
      (attempt) => attempt < row.report.attempt,
    ).length;
    (layers[earlier] ??= []).push(row);
  }
  return layers;
}

function executionOf({ computerId, jobId, run }: StatusReport): string {
  return `${computerId}/${jobId}/${run}`;
}

/** What the help desk reads while the computer waits for its next attempt; null when it does not. */
function whyAgain({ attempt, status, message, retryAt }: StatusReport): string | null {
  if (!retryAt || !(FAILED_STATUSES as readonly string[]).includes(status)) return null;
  return `Attempt ${attempt + 1} begins at ${retryAt}; attempt ${attempt} has failed: ${message ?? status}`.slice(
    0,
    2000,
  );
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
    rows.map(({ report }) => whyAgain(report)),
  ];
}

/** An array literal of values that need no quotes (ids, numbers, words, instants): the driver's own encoder escapes each element, which cost 1 ms per batch. */
function plain<T>(rows: readonly T[], pick: (row: T) => string | number | boolean): string {
  return `{${rows.map(pick).join(',')}}`;
}

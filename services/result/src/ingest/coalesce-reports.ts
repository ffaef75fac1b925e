import { isFinal, type StatusReport, type StepReport } from '@waybill/contracts';
import { overrulesPresumption } from './judge-report.js';

/** What is kept of an attempt beside its state. */
export interface AttemptDetails {
  steps: StepReport[] | null;
  logTail: string | null;
  evidence: string | null;
}

/** One row of a batch: the newest of the reports of one attempt. */
export interface ReportRow {
  report: StatusReport;
  /** when the oldest of the coalesced reports happened */
  firstAt: string;
  /** an older report of the same batch already ended the attempt, so this one comes after the end */
  afterFinal: boolean;
  /** `seq` of the newest of the coalesced reports that overrules a presumed cancel, 0 when none does */
  overrulingSeq: number;
  /** null when none of the coalesced reports carried any */
  details: AttemptDetails | null;
}

/**
 * Makes one row of all reports of the same attempt in a batch, in the order of `seq`, so that each execution is written once.
 *
 * Kept apart: a report without the evidence it needs (it will be an anomaly and must not hide the one before it) and whatever follows the
 * report that ended the attempt. Steps, log and evidence of all coalesced reports survive, the newest first.
 */
export function coalesceReports(reports: readonly StatusReport[]): ReportRow[] {
  const attempts = new Map<string, StatusReport[]>();
  for (const report of reports) {
    const key = `${report.computerId}/${report.jobId}/${report.run}/${report.attempt}`;
    const known = attempts.get(key);
    if (known) known.push(report);
    else attempts.set(key, [report]);
  }
  const rows: ReportRow[] = [];
  for (const group of attempts.values()) {
    if (group.length === 1) rows.push(rowOf(group[0]!));
    else rows.push(...coalesceAttempt(group));
  }
  return rows;
}

function coalesceAttempt(group: StatusReport[]): ReportRow[] {
  const apart: ReportRow[] = [];
  let main: ReportRow | null = null;
  let lastSeq = 0;
  for (const report of group.sort((a, b) => a.seq - b.seq)) {
    if (report.seq === lastSeq) continue;
    lastSeq = report.seq;
    if (report.status === 'succeeded' && !isEvidenced(report)) apart.push(rowOf(report));
    else if (main && isFinal(main.report.status)) apart.push({ ...rowOf(report), afterFinal: true });
    else main = main === null ? rowOf(report) : follow(main, report);
  }
  return main === null ? apart : [main, ...apart];
}

/** Detection evidence came with the report; `succeeded` needs it. */
export function isEvidenced(report: StatusReport): boolean {
  return typeof report.evidence === 'string' && report.evidence.trim() !== '';
}

function rowOf(report: StatusReport): ReportRow {
  return {
    report,
    firstAt: report.at,
    afterFinal: false,
    overrulingSeq: overrulesPresumption(report.status) ? report.seq : 0,
    details: detailsOf(report),
  };
}

function follow(row: ReportRow, newer: StatusReport): ReportRow {
  const older = row.details;
  const own = detailsOf(newer);
  const details =
    older === null || own === null
      ? (own ?? older)
      : {
          steps: own.steps ?? older.steps,
          logTail: own.logTail ?? older.logTail,
          evidence: own.evidence ?? older.evidence,
        };
  const overrulingSeq = overrulesPresumption(newer.status) ? newer.seq : row.overrulingSeq;
  return { report: newer, firstAt: row.firstAt, afterFinal: false, overrulingSeq, details };
}

function detailsOf(report: StatusReport): AttemptDetails | null {
  const { steps, logTail, evidence } = report;
  if (!steps?.length && !logTail && !evidence) return null;
  return { steps: steps?.length ? steps : null, logTail: logTail || null, evidence: evidence || null };
}

import type { ExecutionStatus, StatusReport, StepReport } from '@waybill/contracts/agent';
import type { AttemptRecord, StepRecord } from '../journal/journal.records.js';

/** What a report says beyond the record: the statement of this moment. */
export interface Statement {
  status: ExecutionStatus;
  reason?: string | null;
  message?: string | null;
  exitCode?: number | null;
  evidence?: string | null;
  logTail?: string | null;
  /** the attempt has failed and is made again then */
  retryAt?: string | null;
}

const MAX_TEXT = 2000;
/** The server refuses a larger report for good, and with it the end of the execution. Bytes of JSON. */
const MAX_BYTES = 128 * 1024;

/** The report of an attempt at one moment, with all steps so far: the newest one makes earlier ones superfluous. */
export function statusReport(
  computerId: string,
  record: AttemptRecord,
  statement: Statement,
  at: string,
): StatusReport {
  return fitted({
    v: 1,
    computerId,
    jobId: record.jobId,
    run: record.run,
    attempt: record.attempt,
    seq: record.reportSeq + 1,
    status: statement.status,
    reason: statement.reason ?? null,
    message: clip(statement.message),
    exitCode: statement.exitCode ?? null,
    at,
    steps: record.steps.map(stepReport),
    ...(statement.logTail ? { logTail: statement.logTail } : {}),
    ...(statement.evidence ? { evidence: clip(statement.evidence) } : {}),
    ...(statement.retryAt ? { retryAt: statement.retryAt } : {}),
  });
}

/** The beginning of the output goes first, then what the steps say: status and reason are what counts. */
function fitted(report: StatusReport): StatusReport {
  const { logTail: output, ...fit } = report;
  let logTail = output;
  while (logTail && bytesOf({ ...fit, logTail }) > MAX_BYTES)
    logTail = logTail.slice(Math.ceil(logTail.length / 8)).toWellFormed();
  if (logTail) return { ...fit, logTail };
  return bytesOf(fit) > MAX_BYTES ? { ...fit, steps: fit.steps?.map((step) => ({ ...step, detail: null })) } : fit;
}

function bytesOf(report: StatusReport): number {
  return Buffer.byteLength(JSON.stringify(report));
}

function stepReport({ name, startedAt, finishedAt, ok, detail }: StepRecord): StepReport {
  return { name, startedAt, finishedAt, ok, detail: clip(detail) };
}

/** Server-side limits are in UTF-16 units; control characters have no business in a sentence. */
function clip(text: string | null | undefined): string | null {
  if (!text) return null;
  const clean = text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, ' ').toWellFormed();
  return clean.length > MAX_TEXT ? clean.slice(0, MAX_TEXT - 1).toWellFormed() + '…' : clean;
}

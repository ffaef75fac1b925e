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
}

const MAX_TEXT = 2000;

/** The report of an attempt at one moment, with all steps so far: the newest one makes earlier ones superfluous. */
export function statusReport(
  computerId: string,
  record: AttemptRecord,
  statement: Statement,
  at: string,
): StatusReport {
  return {
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
  };
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

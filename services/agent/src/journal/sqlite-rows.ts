import type { ExecutionStatus } from '@waybill/contracts/agent';
import type { AttemptKey, AttemptRecord, CancelRecord, StepRecord, UnsentReport } from './journal.records.js';

/** A row of the journal as SQLite answers it. */
type Row = Record<string, unknown>;

export function toAttempt(row: Row, steps: StepRecord[]): AttemptRecord {
  return {
    ...key(row),
    command: parse(row['command'])!,
    acceptedAt: row['accepted_at'] as string,
    status: row['status'] as ExecutionStatus,
    steps,
    verdict: parse(row['verdict']),
    cancel: parse(row['cancel']),
    reportSeq: row['report_seq'] as number,
    finishedAt: row['finished_at'] as string | null,
    bootId: row['boot_id'] as string | null,
    lastReport: parse(row['last_report']),
    notBefore: row['not_before'] as string | null,
    offer: parse(row['offer']),
    restart: parse(row['restart']),
  };
}

export function toStep(row: Row): StepRecord {
  return {
    name: row['name'] as string,
    startedAt: row['started_at'] as string,
    finishedAt: row['finished_at'] as string | null,
    ok: row['ok'] === null ? null : row['ok'] === 1,
    detail: row['detail'] as string | null,
    exitCode: row['exit_code'] as number | null,
    process: parse(row['process']),
  };
}

export function toCancel(row: Row): CancelRecord {
  return {
    ...key(row),
    status: row['status'] as CancelRecord['status'],
    reason: row['reason'] as string,
    expiresAt: row['expires_at'] as string,
  };
}

export function toUnsent(row: Row): UnsentReport {
  const refusal = row['refusal'] === 1;
  return {
    id: row['id'] as string,
    report: parse(row['report'])!,
    final: row['final'] === 1,
    ...(refusal && { refusal }),
  };
}

function key(row: Row): AttemptKey {
  return { jobId: row['job_id'] as string, run: row['run'] as number, attempt: row['attempt'] as number };
}

function parse<T>(text: unknown): T | null {
  return text === null ? null : (JSON.parse(text as string) as T);
}

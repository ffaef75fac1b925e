import { type ExecutionStatus, type ExecutionView, REASONS } from '@waybill/contracts';

/** An execution as the database returns it under {@link VIEW_COLUMNS}. */
export interface ExecutionRow extends Omit<ExecutionView, 'queuedAt' | 'startedAt' | 'finishedAt' | 'updatedAt'> {
  queuedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  updatedAt: Date;
}

/** Select list over `executions e`. Exit codes are at most 2^32, so a double holds them; pg gives a bigint as text. */
export const VIEW_COLUMNS = `
  e.job_id AS "jobId", e.run, e.computer_id AS "computerId", e.computer_name AS "computerName", e.status, e.reason, e.message, e.attempt,
  e.exit_code::float8 AS "exitCode", e.queued_at AS "queuedAt", e.started_at AS "startedAt", e.finished_at AS "finishedAt",
  e.updated_at AS "updatedAt"`;

export function executionView(row: ExecutionRow): ExecutionView {
  const { jobId, run, computerId, computerName, status, reason, attempt, exitCode } = row;
  return {
    jobId,
    run,
    computerId,
    computerName,
    status,
    reason,
    message: row.message ?? sentenceOf(status, reason),
    attempt,
    exitCode,
    queuedAt: row.queuedAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** The sentence that belongs to a reason, for a report that brought none of its own. */
export function sentenceOf(status: ExecutionStatus, reason: string | null): string | null {
  if (reason !== null && Object.hasOwn(REASONS, reason)) return REASONS[reason as keyof typeof REASONS];
  return status === 'succeeded' || reason === null ? null : `The agent gives the reason "${reason}".`;
}

import { ENDED_ATTEMPTS_CHUNK, FINAL_STATUSES } from '@waybill/contracts';

const FINAL = FINAL_STATUSES.map((word) => `'${word}'`).join(', ');

/**
 * Statement part that notes which attempts a transaction ended, to be told of as job.attempts.ended.v1: one row per batch and run, as for
 * changes (mark-changed.sql.ts), and none when nothing ended. `moves` names a relation (job_id, run, computer_id, attempt, became).
 */
export function noteEnded(moves: string): string {
  return `
    INSERT INTO ended_attempts (job_id, run, computers, attempts)
    SELECT job_id, run, array_agg(computer_id), array_agg(attempt)
    FROM (
      SELECT job_id, run, computer_id, attempt, (row_number() OVER (PARTITION BY job_id, run) - 1) / ${ENDED_ATTEMPTS_CHUNK} AS part
      FROM ${moves} AS moved WHERE became IN (${FINAL})
    ) AS numbered
    GROUP BY job_id, run, part`;
}

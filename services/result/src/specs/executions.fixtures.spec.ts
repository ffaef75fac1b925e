import { type ExecutionStatus, type StatusReport } from '@waybill/contracts';
import type { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { COUNTER_SUMS, counterColumn, countersOf } from '../executions/counters.sql.js';
import type { AttemptState } from '../ingest/judge-report.js';

/** Queued executions of a new job's first run, with their counters; answers the computers' ids in order. */
export async function insertExecutions(sql: DataSource, jobId: string, count: number): Promise<string[]> {
  const computers = Array.from({ length: count }, () => v7()).sort();
  await sql.query(`INSERT INTO runs (job_id, run, chunks, announced_total, ready) VALUES ($1, 1, 1, $2, true)`, [
    jobId,
    count,
  ]);
  await sql.query(
    `INSERT INTO executions (job_id, run, computer_id, computer_name, status) SELECT $1, 1, id, 'pc-' || n, 'queued'
     FROM unnest($2::uuid[]) WITH ORDINALITY AS t (id, n)`,
    [jobId, computers],
  );
  await sql.query(`INSERT INTO run_counters (job_id, run, slot, queued) VALUES ($1, 1, 0, $2)`, [jobId, count]);
  return computers;
}

/** Puts the execution, or one of its past attempts, of a report into a state. */
export async function setState(
  sql: DataSource,
  report: StatusReport,
  state: AttemptState,
  kind: 'current' | 'past' = 'current',
): Promise<void> {
  const key = [report.jobId, report.run, report.computerId];
  const values = [state.attempt, state.seq, state.status, state.presumed];
  if (kind === 'past') {
    await sql.query(
      `INSERT INTO past_attempts (job_id, run, computer_id, attempt, seq, status, presumed) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [...key, ...values],
    );
    return;
  }
  await sql.query(
    `UPDATE executions SET attempt = $4, seq = $5, status = $6, presumed = $7, attempts = $8
     WHERE job_id = $1 AND run = $2 AND computer_id = $3`,
    [...key, ...values, state.lastAttempt === state.attempt ? 1 : state.lastAttempt],
  );
  await sql.query(`UPDATE run_counters SET queued = queued - 1 WHERE job_id = $1`, [report.jobId]);
  const column = counterColumn(state.status);
  await sql.query(`UPDATE run_counters SET ${column} = ${column} + 1 WHERE job_id = $1`, [report.jobId]);
}

/** A job's counters that are not zero. */
export async function counters(sql: DataSource, jobId: string): Promise<Partial<Record<ExecutionStatus, number>>> {
  const [row] = await sql.query(`SELECT ${COUNTER_SUMS} FROM run_counters WHERE job_id = $1`, [jobId]);
  return Object.fromEntries(Object.entries(countersOf(row)).filter(([, count]) => count !== 0));
}

/** What waits in the outbox, oldest first, and is taken out of it. */
export async function takeOutbox(sql: DataSource): Promise<{ type: string; body: Record<string, unknown> }[]> {
  const rows = await sql.query<{ id: string; type: string; body: Buffer }[]>(
    `WITH taken AS (DELETE FROM outbox RETURNING id, type, body) SELECT * FROM taken ORDER BY id`,
  );
  return rows.map(({ type, body }) => ({ type, body: JSON.parse(body.toString()) as Record<string, unknown> }));
}

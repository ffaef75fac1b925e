import {
  emptyCounters,
  EXECUTION_STATUSES,
  type ExecutionCounters,
  type ExecutionStatus,
  FINAL_STATUSES,
} from '@waybill/contracts';

/**
 * Number of counter rows per run and wave. Writers that meet in one row wait for each other's commit (a disk flush), so each connection
 * adds to the row of its own slot; a reader sums them. One row is legal too (a slot may hold negative numbers), the sum is what counts.
 */
const SLOTS = 8;

/** `rebootPending` → `reboot_pending`. */
export function counterColumn(status: ExecutionStatus): string {
  return status.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export const COUNTER_COLUMNS = EXECUTION_STATUSES.map(counterColumn);

/** Select list that sums the slots of one run under the status words. */
export const COUNTER_SUMS = EXECUTION_STATUSES.map(
  (status) => `sum(${counterColumn(status)})::int AS "${status}"`,
).join(', ');

/**
 * Statement part that moves counters and marks the run dirty for job.progressed.v1.
 * `moves` names a relation (job_id, run, wave, was, became) with one row per execution: `was` null for a new one. Rows of several runs are
 * locked in key order, after the executions themselves, as every writer does: no deadlocks.
 */
export function moveCounters(moves: string): string {
  const deltas = EXECUTION_STATUSES.map(
    (status) =>
      `count(*) FILTER (WHERE became = '${status}') - count(*) FILTER (WHERE was IS NOT DISTINCT FROM '${status}')`,
  );
  return `
    INSERT INTO run_counters AS c (job_id, run, wave, slot, ${COUNTER_COLUMNS.join(', ')})
    SELECT job_id, run, wave, pg_backend_pid() % ${SLOTS}, ${deltas.join(', ')}
    FROM ${moves} GROUP BY job_id, run, wave ORDER BY job_id, run, wave
    ON CONFLICT (job_id, run, wave, slot) DO UPDATE SET dirty = true, ${COUNTER_COLUMNS.map((column) => `${column} = c.${column} + excluded.${column}`).join(', ')}`;
}

/** Counters out of a row that was selected with {@link COUNTER_SUMS}. */
export function countersOf(row: ExecutionCounters): ExecutionCounters {
  return Object.fromEntries(EXECUTION_STATUSES.map((status) => [status, row[status]])) as ExecutionCounters;
}

/** Counters of one wave of a run. */
export interface WaveCounters {
  /** from 1 */
  wave: number;
  counters: ExecutionCounters;
}

/** Counters of a whole run. */
export function together(waves: readonly WaveCounters[]): ExecutionCounters {
  const sum = emptyCounters();
  for (const { counters } of waves) for (const status of EXECUTION_STATUSES) sum[status] += counters[status];
  return sum;
}

/** How many executions there are, and how many of them have ended. */
export function totals(counters: ExecutionCounters): { total: number; finished: number } {
  const total = EXECUTION_STATUSES.reduce((sum, status) => sum + counters[status], 0);
  const finished = FINAL_STATUSES.reduce((sum, status) => sum + counters[status], 0);
  return { total, finished };
}

import type { ExecutionCounters } from '@waybill/contracts';
import type { EntityManager } from 'typeorm';
import { COUNTER_SUMS, countersOf, type WaveCounters } from './counters.sql.js';

const SUM_COUNTERS_SQL = `
  SELECT wave, ${COUNTER_SUMS} FROM run_counters WHERE job_id = $1 AND run = $2 GROUP BY wave ORDER BY wave`;

/** Counters of a run by wave, the first one first; a wave without executions is missing. */
export async function countByWave(manager: EntityManager, jobId: string, run: number): Promise<WaveCounters[]> {
  const rows = await manager.query<(ExecutionCounters & { wave: number })[]>(SUM_COUNTERS_SQL, [jobId, run]);
  return rows.map((row) => ({ wave: row.wave, counters: countersOf(row) }));
}

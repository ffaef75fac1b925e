import { Injectable } from '@nestjs/common';
import type { SqlExecutor } from '@waybill/messaging';
import type { Approval } from '../approval/approval.js';
import type { SeriesState } from './decide-run.js';
import type { Recurrence } from './recurrence.js';

const OF = (alias: string) => `(${alias}.series->>'id')::uuid`;
const NUMBER = (alias: string) => `(${alias}.series->>'number')::int`;

// One statement for all runs that are due: at nine o'clock on the first of the month there may be thousands.
const STATES = `
SELECT j.id AS "jobId", s.recurrence, s.ended, s.approval,
  EXISTS (SELECT 1 FROM jobs n WHERE n.series IS NOT NULL AND ${OF('n')} = s.id AND ${NUMBER('n')} = ${NUMBER('j')} + 1) AS "nextMade",
  (SELECT jsonb_build_object('id', u.id, 'number', ${NUMBER('u')}, 'status', u.status) FROM jobs u
   WHERE u.series IS NOT NULL AND ${OF('u')} = s.id AND ${NUMBER('u')} < ${NUMBER('j')}
     AND u.status NOT IN ('completed', 'canceled', 'expired')
   ORDER BY ${NUMBER('u')} DESC LIMIT 1) AS unfinished
FROM jobs j JOIN job_series s ON s.id = ${OF('j')} WHERE j.id = ANY($1::uuid[])
-- whoever ends it meanwhile waits, and finds the run that is made now
FOR SHARE OF s`;

const WAITING = `SELECT id FROM jobs j WHERE j.series IS NOT NULL AND ${OF('j')} = $1 AND status = 'scheduled'`;

@Injectable()
export class SeriesRepository {
  /** @param sql the transaction that makes the first run */
  async add(sql: SqlExecutor, id: string, recurrence: Recurrence): Promise<void> {
    await sql.query('INSERT INTO job_series (id, recurrence) VALUES ($1, $2)', [id, JSON.stringify(recurrence)]);
  }

  /** By id of the run. */
  async statesOf(sql: SqlExecutor, runs: readonly string[]): Promise<ReadonlyMap<string, SeriesState>> {
    if (runs.length === 0) return new Map();
    const rows = (await sql.query(STATES, [runs])) as (SeriesState & { jobId: string })[];
    return new Map(rows.map(({ jobId, ...state }) => [jobId, state]));
  }

  /** Null for a job that is done once. */
  async find(sql: SqlExecutor, id: string): Promise<Pick<SeriesState, 'recurrence' | 'ended'> | null> {
    const text = 'SELECT recurrence, ended FROM job_series WHERE id = $1';
    const [row] = (await sql.query(text, [id])) as Pick<SeriesState, 'recurrence' | 'ended'>[];
    return row ?? null;
  }

  /** No further run is made or started. @param why who ended it; the first who did counts */
  async end(sql: SqlExecutor, id: string, why: string): Promise<void> {
    await sql.query('UPDATE job_series SET ended = $2 WHERE id = $1 AND ended IS NULL', [id, why]);
  }

  /** What was approved of one run holds for those that follow. @param sql the transaction that approves */
  async approve(sql: SqlExecutor, id: string, approval: Approval): Promise<void> {
    const text = `UPDATE job_series SET approval = $2 WHERE id = $1 AND (approval IS NULL OR approval->>'approvedAt' < $2::jsonb->>'approvedAt')`;
    await sql.query(text, [id, JSON.stringify(approval)]);
  }

  /** Runs that wait for their start. */
  async waiting(sql: SqlExecutor, id: string): Promise<string[]> {
    return ((await sql.query(WAITING, [id])) as { id: string }[]).map((row) => row.id);
  }
}

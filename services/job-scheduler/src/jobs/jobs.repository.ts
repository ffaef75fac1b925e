import { Injectable } from '@nestjs/common';
import type { SqlExecutor } from '@waybill/messaging';
import type { Job } from './job.js';
import { jobOfRow, type JobRow, rowOfJob, STATE_COLUMNS, stateRowOfJob } from './job.row.js';

/** Jobs under lock, and the database's clock after the lock was granted. */
export interface LockedJobs {
  jobs: Job[];
  now: Date;
}

// Plain SQL instead of an entity: state is written for many jobs in one statement, and the document, which may hold
// thousands of ids, is never written again.
const INSERT = `
INSERT INTO jobs SELECT * FROM jsonb_populate_recordset(null::jobs, $1::jsonb)
ON CONFLICT (id) DO NOTHING RETURNING id`;

const SAVE = `
UPDATE jobs SET ${STATE_COLUMNS.map((column) => `${column} = n.${column}`).join(', ')}
FROM jsonb_populate_recordset(null::jobs, $1::jsonb) n WHERE jobs.id = n.id`;

// Ascending ids, so that two transactions that lock several jobs cannot wait for each other.
const LOCK = 'SELECT jobs.* FROM jobs WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE';

@Injectable()
export class JobsRepository {
  /** @returns false when a job with this id exists; nothing is changed then */
  async insert(sql: SqlExecutor, job: Job): Promise<boolean> {
    return (await this.insertAll(sql, [job])).has(job.id);
  }

  /** @returns ids of those that did not exist; the others stay as they are */
  async insertAll(sql: SqlExecutor, jobs: readonly Job[]): Promise<ReadonlySet<string>> {
    if (jobs.length === 0) return new Set();
    const rows = (await sql.query(INSERT, [JSON.stringify(jobs.map(rowOfJob))])) as { id: string }[];
    return new Set(rows.map(({ id }) => id));
  }

  async find(sql: SqlExecutor, id: string): Promise<Job | null> {
    const [row] = (await sql.query('SELECT * FROM jobs WHERE id = $1', [id])) as JobRow[];
    return row ? jobOfRow(row) : null;
  }

  /** What a job with waves or a stop condition sends; null for any other job, and for one that is over. */
  async findRollout(sql: SqlExecutor, id: string): Promise<Pick<Job, 'versionId'> | null> {
    const text = `SELECT version_id AS "versionId" FROM jobs WHERE id = $1 AND rollout_state IS NOT NULL AND status IN ('running', 'paused', 'halted')`;
    const [row] = (await sql.query(text, [id])) as Pick<Job, 'versionId'>[];
    return row ?? null;
  }

  /** Those of the jobs that have let a wave go. */
  async inWaves(sql: SqlExecutor, ids: readonly string[]): Promise<Job[]> {
    const text = `SELECT * FROM jobs WHERE id = ANY($1::uuid[]) AND (rollout_state->>'released')::int > 0 ORDER BY id`;
    return ((await sql.query(text, [ids])) as JobRow[]).map(jobOfRow);
  }

  /** Jobs for the group's computers that were under way at that moment. */
  async underWayOfGroup(sql: SqlExecutor, groupId: string, at: Date): Promise<Job[]> {
    const text = `
      SELECT * FROM jobs WHERE group_ids @> ARRAY[$1::uuid] AND (status IN ('running', 'paused', 'halted')
        OR (status IN ('canceled', 'expired') AND finished_at >= $2)) ORDER BY id`;
    return ((await sql.query(text, [groupId, at])) as JobRow[]).map(jobOfRow);
  }

  /** Jobs that take on who joins the group at this moment. */
  async joinableOfGroup(sql: SqlExecutor, groupId: string): Promise<Job[]> {
    const text = `
      SELECT * FROM jobs WHERE group_ids @> ARRAY[$1::uuid] AND late_joiners = 'include' AND archived_at IS NULL
        AND (status IN ('running', 'paused', 'halted') OR (status = 'completed' AND expires_at > now())) ORDER BY id`;
    return ((await sql.query(text, [groupId])) as JobRow[]).map(jobOfRow);
  }

  /** Waits until nobody else is advancing the job. */
  async lock(sql: SqlExecutor, id: string): Promise<LockedJobs> {
    return this.locked(sql, LOCK, [id]);
  }

  /** Takes those of the jobs that nobody else is advancing now. */
  async lockFree(sql: SqlExecutor, ids: readonly string[]): Promise<LockedJobs> {
    return this.locked(sql, `${LOCK} SKIP LOCKED`, ids);
  }

  async save(sql: SqlExecutor, jobs: readonly Job[]): Promise<void> {
    if (jobs.length > 0) await sql.query(SAVE, [JSON.stringify(jobs.map(stateRowOfJob))]);
  }

  private async locked(sql: SqlExecutor, statement: string, ids: readonly string[]): Promise<LockedJobs> {
    // The clock is read from above the lock, so that it is read when the lock has been granted.
    const rows = (await sql.query(`SELECT l.*, clock_timestamp() AS clock FROM (${statement}) l`, [ids])) as JobRow[];
    return { jobs: rows.map(jobOfRow), now: (rows[0]?.clock as Date | undefined) ?? new Date(0) };
  }
}

import { Injectable } from '@nestjs/common';
import type { SqlExecutor } from '@waybill/messaging';
import type { TimerKind } from '../jobs/decision.js';

export interface TimerRow {
  jobId: string;
  kind: TimerKind;
  dueAt: Date;
}

/** A timer of work that this process has claimed until its lease ends. */
export interface ClaimedWork {
  jobId: string;
  kind: TimerKind;
  /** failures before this try */
  attempts: number;
}

/** Timers that a transaction of the scheduler's own decides; the others are work with other services. */
export const TRANSITIONS: readonly TimerKind[] = ['start', 'wave', 'expire'];
export const WORK: readonly TimerKind[] = ['resolve', 'reexecute', 'presence', 'members'];

/** Channel that wakes the timer loops of all replicas. */
export const TIMERS_CHANNEL = 'job_scheduler_timers';

// One statement; the notification is delivered at commit, and once however often a transaction asks for it.
const SET = `
WITH set AS (
  INSERT INTO timers (job_id, kind, due_at)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[])
  ON CONFLICT (job_id, kind) DO UPDATE SET due_at = excluded.due_at, attempts = 0
  RETURNING 1
)
SELECT count(*)::int, pg_notify('${TIMERS_CHANNEL}', '') FROM set`;

const CLEAR = `
DELETE FROM timers USING unnest($1::uuid[], $2::text[]) AS gone (job_id, kind)
WHERE timers.job_id = gone.job_id AND timers.kind = gone.kind`;

/** Ids of computers that the jobs of one batch may name together: a job names up to 10,000, and all jobs of a batch are in memory at once. */
const MAX_NAMED = 100_000;

const DUE_JOBS = `
WITH due AS (
  SELECT job_id, row_number() OVER (ORDER BY due_at, job_id) AS nth FROM timers
  WHERE due_at <= clock_timestamp() AND kind = ANY($1)
  ORDER BY due_at, job_id LIMIT $2
)
SELECT id FROM (
  SELECT due.job_id AS id, due.nth,
    sum(cardinality(j.computers) + cardinality(j.exclude_computers)) OVER (ORDER BY due.nth) AS named
  FROM due JOIN jobs j ON j.id = due.job_id
) AS batch WHERE nth = 1 OR named <= $3 ORDER BY nth`;

const DUE_OF = `
SELECT job_id AS "jobId", kind, due_at AS "dueAt" FROM timers
WHERE job_id = ANY($1::uuid[]) AND kind = ANY($2) AND due_at <= clock_timestamp()
ORDER BY due_at, job_id FOR UPDATE`;

// The lease is the due time moved ahead: if this process dies the timer is due again by itself.
const CLAIM = `
WITH due AS (
  SELECT job_id, kind FROM timers WHERE due_at <= clock_timestamp() AND kind = ANY($1)
  ORDER BY due_at, job_id LIMIT $2 FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE timers SET due_at = clock_timestamp() + $3 * interval '1 millisecond', attempts = timers.attempts + 1
  FROM due WHERE timers.job_id = due.job_id AND timers.kind = due.kind
  RETURNING timers.job_id, timers.kind, timers.attempts
)
SELECT job_id AS "jobId", kind, attempts - 1 AS attempts FROM claimed`;

const MOVE = `
UPDATE timers SET due_at = clock_timestamp() + $3 * interval '1 millisecond' WHERE job_id = $1 AND kind = $2`;

const BLAME = `
UPDATE timers SET attempts = attempts + 1, due_at = clock_timestamp() + least(60, power(2, least(attempts, 6))) * interval '1 second'
WHERE job_id = $1 AND kind = ANY($2) AND due_at <= clock_timestamp()`;

const NEXT = 'SELECT 1000 * extract(epoch FROM min(due_at) - clock_timestamp())::float8 AS ms FROM timers';

@Injectable()
export class TimersRepository {
  async set(sql: SqlExecutor, timers: readonly TimerRow[]): Promise<void> {
    if (timers.length === 0) return;
    await sql.query(SET, [timers.map((t) => t.jobId), timers.map((t) => t.kind), timers.map((t) => t.dueAt)]);
  }

  async clear(sql: SqlExecutor, timers: readonly Omit<TimerRow, 'dueAt'>[]): Promise<void> {
    if (timers.length > 0) await sql.query(CLEAR, [timers.map((t) => t.jobId), timers.map((t) => t.kind)]);
  }

  /**
   * Jobs whose transition is due, longest due first; takes no lock.
   * @param maxNamed ids of computers that they may name together; the first one may name more
   */
  async dueJobs(sql: SqlExecutor, limit: number, maxNamed = MAX_NAMED): Promise<string[]> {
    const rows = (await sql.query(DUE_JOBS, [TRANSITIONS, limit, maxNamed])) as { id: string }[];
    return [...new Set(rows.map(({ id }) => id))];
  }

  /** The due transitions of jobs that the caller has locked, longest due first. */
  async dueOf(sql: SqlExecutor, jobIds: readonly string[]): Promise<TimerRow[]> {
    return (await sql.query(DUE_OF, [jobIds, TRANSITIONS])) as TimerRow[];
  }

  /** Claims due work for `leaseMs`; counts a try, taken back by nobody but success. */
  async claim(sql: SqlExecutor, limit: number, leaseMs: number): Promise<ClaimedWork[]> {
    return (await sql.query(CLAIM, [WORK, limit, leaseMs])) as ClaimedWork[];
  }

  /** Makes a timer due in `inMs`: renews a lease or ends it early. */
  async move(sql: SqlExecutor, { jobId, kind }: Omit<TimerRow, 'dueAt'>, inMs: number): Promise<void> {
    await sql.query(MOVE, [jobId, kind, inMs]);
  }

  /** Tries a transition that failed again later, so that it does not hold up the others. */
  async postpone(sql: SqlExecutor, jobId: string): Promise<void> {
    await sql.query(BLAME, [jobId, TRANSITIONS]);
  }

  /** Milliseconds until the next timer is due, negative when it is; null without timers. */
  async nextDueIn(sql: SqlExecutor): Promise<number | null> {
    const [row] = (await sql.query(NEXT, [])) as { ms: number | null }[];
    return row?.ms ?? null;
  }
}

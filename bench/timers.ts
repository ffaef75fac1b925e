import { until } from '../e2e/support/ready.ts';
import type { Job } from '../e2e/support/views.ts';
import type { BenchStack } from './bench-stack.ts';
import { type Figure, percentile } from './measure.ts';

const TIMERS = 10_000;
const LIMIT_MS = 1_000;

/** Ten thousand jobs that start at the same moment: how late is the last? The floor changes and deletes as many rows in one transaction. */
export async function timers(stack: BenchStack): Promise<Figure[]> {
  const group = `bench-timers-${Date.now().toString(36)}`;
  await stack.api.post('/groups', { name: group, kind: 'static' });
  const version = await stack.publishTinyPackage();
  const order = { ...version, targets: { groups: [group] }, schedule: { startAt: inDays(1), expiresAt: inDays(2) } };
  const { id } = await stack.api.post<Job>('/jobs', order);
  const due = new Date(Date.now() + 15_000);
  await stack.database.query(
    `WITH copies AS (
       INSERT INTO job_scheduler.jobs
       SELECT (jsonb_populate_record(j, jsonb_build_object('id', gen_random_uuid(), 'starts_at', $2::timestamptz))).*
       FROM job_scheduler.jobs j, generate_series(1, $3::int) WHERE j.id = $1
       RETURNING id
     )
     INSERT INTO job_scheduler.timers (job_id, kind, due_at) SELECT id, 'start', $2::timestamptz FROM copies`,
    [id, due, TIMERS],
  );
  // woken as by whoever sets a timer
  await stack.database.query(`NOTIFY job_scheduler_timers`);
  // counted by an index: whoever read ten thousand jobs again and again would be measured, too
  await until('all timers to be fired', 120_000, async () => {
    const { rows } = await stack.database.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM job_scheduler.timers WHERE kind = 'start' AND due_at = $1`,
      [due],
    );
    return rows[0]!.n === 0;
  });
  const { rows: fired } = await stack.database.query<{ late: number }>(
    `SELECT 1000 * extract(epoch FROM started_at - starts_at)::float8 AS late FROM job_scheduler.jobs WHERE starts_at = $1`,
    [due],
  );
  const late = fired.map((row) => row.late);
  const floor = await floorOf(stack);
  // what they do afterwards, each asking fleet, is not measured and must not disturb what is
  await until('the jobs to end', 600_000, async () => {
    const { rows } = await stack.database.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM job_scheduler.jobs WHERE starts_at = $1 AND status <> 'completed'`,
      [due],
    );
    return rows[0]!.n === 0;
  });
  const worst = Math.max(...late);
  const name = `${TIMERS.toLocaleString('en-US')} timers due at once, the last`;
  const details = { p50: percentile(late, 0.5), p99: percentile(late, 0.99) };
  return [{ name, unit: 'ms', ours: worst, floor, target: `≤ ${LIMIT_MS} ms late`, met: worst <= LIMIT_MS, details }];
}

async function floorOf(stack: BenchStack): Promise<number> {
  const client = await stack.database.connect();
  try {
    await client.query(
      `CREATE TEMPORARY TABLE things AS SELECT gen_random_uuid() AS id, 'scheduled' AS status, repeat('x', 500) AS rest FROM generate_series(1, ${TIMERS});
       ALTER TABLE things ADD PRIMARY KEY (id); CREATE TEMPORARY TABLE dues AS SELECT id FROM things; ALTER TABLE dues ADD PRIMARY KEY (id)`,
    );
    const before = performance.now();
    await client.query(`BEGIN; UPDATE things SET status = 'running'; DELETE FROM dues; COMMIT`);
    return performance.now() - before;
  } finally {
    await client.query('DROP TABLE IF EXISTS things, dues');
    client.release();
  }
}

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

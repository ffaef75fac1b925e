import { until } from '../e2e/support/ready.ts';
import type { Job } from '../e2e/support/views.ts';
import type { BenchStack } from './bench-stack.ts';
import type { Figure } from './measure.ts';
import { publishReports } from './reports-load.ts';
import { seedComputers } from './seed-computers.ts';

const SIZES = [1_000, 10_000, 100_000];
const LIMIT_MS = 2_000;

/** Somebody lets the next wave go: how long until its command is out and the job says so, and until all its executions do. */
export async function wave(stack: BenchStack): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const size of SIZES) {
    const group = `bench-wave-${size}-${Date.now().toString(36)}`;
    await seedComputers(stack, group, size + 100);
    const version = await stack.publishTinyPackage();
    const first = (100 * 100) / (size + 100);
    const rollout = {
      waves: [{ percent: Math.max(0.001, Number(first.toFixed(3))), approval: 'manual' }, { percent: 100 }],
      gate: { successPercent: 0, minimumFinished: 1 },
    };
    const job = await stack.api.post<Job>('/jobs', { ...version, targets: { groups: [group] }, rollout });
    await until('the first wave', 120_000, async () => {
      const { counters, status } = await stack.api.get<Job>(`/jobs/${job.id}`);
      return status === 'running' && counters['queued'] === size + 100;
    });
    await publishReports({
      ...(await stack.impersonator()),
      jobId: job.id,
      computerIds: await ofFirstWave(stack, job.id),
      perComputer: 1,
      lastStatus: 'failed',
    });
    await until('the approval to be asked for', 60_000, async () =>
      (await stack.api.get<Job>(`/jobs/${job.id}`)).statusReason?.includes('approves'),
    );
    const before = performance.now();
    await stack.api.post(`/jobs/${job.id}/actions/approve`, undefined);
    const ours = performance.now() - before;
    await until('the executions to say so', 120_000, async () => (await waiting(stack, job.id)) === 0);
    const said = performance.now() - before;
    const floor = await floorOf(stack, job.id);
    const name = `wave of ${size.toLocaleString('en-US')}`;
    figures.push({ name: `${name} let go`, unit: 'ms', ours, target: `≤ ${LIMIT_MS} ms`, met: ours <= LIMIT_MS });
    figures.push({ name: `${name}, all executions say so`, unit: 'ms', ours: said, floor, target: 'none', met: true });
    await stack.api.post(`/jobs/${job.id}/actions/cancel`, {});
  }
  return figures;
}

async function ofFirstWave(stack: BenchStack, jobId: string): Promise<string[]> {
  const { rows } = await stack.database.query<{ id: string }>(
    'SELECT computer_id AS id FROM result.executions WHERE job_id = $1 AND wave = 1',
    [jobId],
  );
  return rows.map(({ id }) => id);
}

async function waiting(stack: BenchStack, jobId: string): Promise<number> {
  const { rows } = await stack.database.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM result.executions WHERE job_id = $1 AND reason = 'wave'`,
    [jobId],
  );
  return rows[0]!.n;
}

/** Milliseconds that the database takes to change a word in as many rows of the same table, and to take it back. */
async function floorOf(stack: BenchStack, jobId: string): Promise<number> {
  const client = await stack.database.connect();
  try {
    await client.query('BEGIN');
    const before = performance.now();
    await client.query(`UPDATE result.executions SET message = 'floor' WHERE job_id = $1`, [jobId]);
    return performance.now() - before;
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

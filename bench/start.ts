import { until } from '../e2e/support/ready.ts';
import type { Job } from '../e2e/support/views.ts';
import type { BenchStack } from './bench-stack.ts';
import type { Figure } from './measure.ts';
import { rssMegabytes } from './process-cost.ts';
import { seedComputers } from './seed-computers.ts';

const SIZES = [3_000, 30_000, 300_000];
const LIMIT_S = 10;
const LIMIT_MB = 300;

/** A job's start, from its moment to its last command on the stream, at three sizes; the floor copies as many rows twice. */
export async function start(stack: BenchStack): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const computers of SIZES) {
    const group = `bench-start-${computers}-${Date.now().toString(36)}`;
    await seedComputers(stack, group, computers);
    const version = await stack.publishTinyPackage();
    const floor = await floorOf(stack, group);
    const startAt = new Date(Date.now() + 3_000).toISOString();
    const job = await stack.api.post<Job>('/jobs', { ...version, targets: { groups: [group] }, schedule: { startAt } });
    const memory = peakOf(stack.pidOf('job-scheduler'));
    const published = await until('the last command to be published', 300_000, async () => {
      const { rows } = await stack.database.query<{ at: Date | null }>(
        `SELECT max(issued_at) AS at FROM job_scheduler.commands WHERE job_id = $1
         HAVING NOT EXISTS (SELECT FROM job_scheduler.outbox) AND count(*) > 0`,
        [job.id],
      );
      return rows.length > 0 && Date.now();
    });
    const ours = (published - Date.parse(startAt)) / 1000;
    const rss = memory();
    const name = `start, ${computers.toLocaleString('en-US')} computers`;
    figures.push({ name, unit: 's', ours, floor, target: `≤ ${LIMIT_S} s`, met: ours <= LIMIT_S });
    if (computers === SIZES.at(-1))
      figures.push({
        name: `${name}, memory of the scheduler`,
        unit: 'MB',
        ours: rss,
        target: `< ${LIMIT_MB} MB`,
        met: rss < LIMIT_MB,
      });
    await stack.api.post(`/jobs/${job.id}/actions/cancel`, {});
  }
  return figures;
}

/** Seconds that the database takes to copy the targets into one table and from there into another, with primary keys. */
async function floorOf(stack: BenchStack, group: string): Promise<number> {
  const client = await stack.database.connect();
  try {
    await client.query(
      'CREATE TEMPORARY TABLE one (id uuid PRIMARY KEY, name text); CREATE TEMPORARY TABLE other (id uuid PRIMARY KEY, name text)',
    );
    const before = performance.now();
    await client.query(
      `INSERT INTO one SELECT c.id, c.name FROM fleet.groups g JOIN fleet.memberships m ON m.group_id = g.id
       JOIN fleet.computers c ON c.id = m.computer_id WHERE g.name = $1`,
      [group],
    );
    await client.query('INSERT INTO other SELECT * FROM one');
    return (performance.now() - before) / 1000;
  } finally {
    await client.query('DROP TABLE IF EXISTS one, other');
    client.release();
  }
}

/** Begins to watch a process; the answer is the most memory it had since, in MB. */
function peakOf(pid: number): () => number {
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, rssMegabytes(pid));
  };
  const timer = setInterval(look, 50);
  return () => {
    clearInterval(timer);
    look();
    return peak;
  };
}

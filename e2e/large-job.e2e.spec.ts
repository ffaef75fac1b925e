import { eventually } from '@waybill/testing';
import pg from 'pg';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import { publishTinyPackage } from './support/tiny-package.ts';
import type { Job } from './support/views.ts';

const MINUTES = 60_000;
const WITHIN = { timeoutMs: 3 * MINUTES, intervalMs: 20 };
/** Some pages of fleet: targets are told to result while others are still being looked for. */
const COMPUTERS = 43_000;

interface LargeJob extends Job {
  targets: { total: number | null };
  waves: { status: string; total: number }[];
}

/** Computers that are in the database only: none of them acts. */
describe('a job for more computers than a page holds', () => {
  let stack: E2eStack;
  let database: pg.Client;

  beforeAll(async () => {
    stack = await startE2eStack();
    const url = new URL(stack.servers.addresses.postgresUrl);
    url.pathname = new URL(stack.services.settings.databaseUrls.fleet).pathname;
    database = new pg.Client({ connectionString: url.toString() });
    await database.connect();
    const { id } = await stack.api.post<{ id: string }>('/groups', { name: 'many', kind: 'static' });
    await database.query(
      `WITH made AS (
         INSERT INTO fleet.computers (id, public_key, enrolled_with, name, hostname, os, arch)
         SELECT gen_random_uuid(), 'many-' || n, gen_random_uuid(), 'pc-' || n, 'pc-' || n, 'linux', 'amd64' FROM generate_series(1, $2::int) n
         RETURNING id
       )
       INSERT INTO fleet.memberships (group_id, computer_id, member_since)
       SELECT $1, id, date_trunc('milliseconds', now()) FROM made`,
      [id, COMPUTERS],
    );
    for (const name of ['killed', 'canceled']) await publishTinyPackage(stack.api, name);
  }, 10 * MINUTES);

  afterAll(async () => {
    await database?.end();
    await stack?.stop();
  }, MINUTES);

  const get = (id: string) => stack.api.get<LargeJob>(`/jobs/${id}`);
  const order = (name: string) =>
    stack.api.post<LargeJob>('/jobs', {
      package: name,
      version: '1.0.0',
      targets: { groups: ['many'] },
      rollout: { waves: [{ percent: 10 }, { percent: 100 }] },
    });
  const one = async <Row extends object>(text: string, id: string) => (await database.query<Row>(text, [id])).rows[0]!;
  /** Until so many pages are stored. */
  const searching = (id: string, chunks: number) =>
    eventually(async () => {
      const { found } = await one<{ found: number }>(
        `SELECT coalesce((found->>'chunks')::int, 0) AS found FROM job_scheduler.jobs WHERE id = $1`,
        id,
      );
      expect(found).toBeGreaterThanOrEqual(chunks);
    }, WITHIN);

  it(
    'whose scheduler is killed in the middle of the search reaches each computer once, in its wave',
    async () => {
      const { id } = await order('killed');
      await searching(id, 1);
      await stack.services.process['job-scheduler'].kill();
      const { phase } = await one<{ phase: string }>('SELECT phase FROM job_scheduler.jobs WHERE id = $1', id);
      await stack.services.process['job-scheduler'].start();
      const job = await eventually(async () => {
        const found = await get(id);
        expect(found).toMatchObject({
          status: 'running',
          targets: { total: COMPUTERS },
          counters: { queued: COMPUTERS },
          waves: [{ status: 'released' }, { status: 'pending' }],
        });
        return found;
      }, WITHIN);
      expect(phase).toBe('resolving');
      const { rows } = await database.query<{ wave: number; n: number }>(
        `SELECT wave, count(DISTINCT computer_id)::int AS n FROM result.executions WHERE job_id = $1 GROUP BY wave ORDER BY wave`,
        [id],
      );
      expect(rows).toEqual(job.waves.map(({ total }, i) => ({ wave: i + 1, n: total })));
      expect(rows.reduce((sum, { n }) => sum + n, 0)).toBe(COMPUTERS);
      const { n } = await one<{ n: number }>(
        `SELECT count(*)::int AS n FROM job_scheduler.commands WHERE job_id = $1`,
        id,
      );
      expect(n).toBe(1);
      await stack.api.post(`/jobs/${id}/actions/cancel`, {});
      await eventually(async () => {
        expect(await get(id)).toMatchObject({ status: 'canceled', counters: { canceled: COMPUTERS } });
      }, WITHIN);
    },
    8 * MINUTES,
  );

  it(
    'that is canceled in the middle of the search has as many canceled executions as were found',
    async () => {
      const { id } = await order('canceled');
      await searching(id, 1);
      await stack.api.post(`/jobs/${id}/actions/cancel`, {});
      const { total } = await one<{ total: number }>('SELECT total FROM job_scheduler.jobs WHERE id = $1', id);
      expect(total).toBeGreaterThan(0);
      expect(total).toBeLessThan(COMPUTERS);
      await eventually(async () => {
        expect(await get(id)).toMatchObject({
          status: 'canceled',
          targets: { total },
          counters: { canceled: total, queued: 0 },
        });
      }, WITHIN);
      const { n } = await one<{ n: number }>('SELECT count(*)::int AS n FROM result.executions WHERE job_id = $1', id);
      expect(n).toBe(total);
    },
    8 * MINUTES,
  );
});

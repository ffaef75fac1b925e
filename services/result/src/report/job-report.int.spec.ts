import type { AssignedTarget } from '@waybill/contracts';
import { Outbox } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { v7 } from 'uuid';
import { AssignTargets } from '../assignment/assign-targets.handler.js';
import { GatherStatistics } from '../assignment/gather-statistics.js';
import { SummarizeJobs } from '../executions/summarize-jobs.query.js';
import { resultDatabase } from '../specs/result-database.spec.js';
import { ReportJob } from './job-report.query.js';

let database: Awaited<ReturnType<typeof resultDatabase>>;
beforeAll(async () => (database = await resultDatabase()));
afterAll(() => database.drop());

const slice = (total: number, finished: number, succeeded: number, failed: number, successPercent: number | null) => ({
  total,
  finished,
  succeeded,
  failed,
  successPercent,
});

/** What happens to the computers, in order: seconds from queued to started and to the end. */
async function job(targets: Partial<AssignedTarget>[], ends: (string | null)[] = []) {
  const sql = database.dataSource;
  const jobId = v7();
  const all = targets.map((target, i) => ({ computerId: v7(), name: `pc-${i}`, online: true, ...target }));
  const assign = new AssignTargets(new UnitOfWork(sql), new Outbox(), new GatherStatistics(sql));
  const chunks = [all.slice(0, 2), all.slice(2)];
  for (const [chunk, some] of chunks.entries()) {
    const reach = { groups: ['accounting', 'sales'], computers: [], category: null };
    const run = {
      v: 1,
      jobId,
      run: 1,
      chunk,
      chunks: 2,
      total: all.length,
      expiresAt: '2026-09-30T00:00:00Z',
    } as const;
    await assign.execute({ ...run, reach, targets: some });
  }
  for (const [i, end] of ends.entries()) {
    if (end === null) continue;
    const [status, reason, exitCode, started, finished] = end.split(' ');
    await sql.query(
      `UPDATE executions SET status = $3, reason = nullif($4, '-'), exit_code = nullif($5, '-')::bigint,
         started_at = queued_at + $6::float8 * interval '1 second', finished_at = queued_at + $7::float8 * interval '1 second'
       WHERE job_id = $1 AND computer_id = $2`,
      [jobId, all[i]!.computerId, status, reason, exitCode, started, finished],
    );
  }
  return { jobId, report: await new ReportJob(sql).execute(jobId) };
}

describe('the report of a job', () => {
  it('counts by platform, group, site and wave as they were when the targets were assigned', async () => {
    const { report } = await job(
      [
        { platform: 'linux/x64', site: 'berlin', groups: [0] },
        { platform: 'linux/x64', site: 'berlin', groups: [1, 0], wave: 2 },
        { platform: 'windows/x64', site: 'tokyo', groups: [0, 1], wave: 2 },
        { platform: 'windows/x64', site: null, groups: [], wave: 2 },
        {},
      ],
      [
        'succeeded - - 1 2',
        'failed install.exitCode 3 1 2',
        'succeeded alreadyInstalled - 1 2',
        'rejected variant.none - 1 1',
        null,
      ],
    );
    expect(report).toMatchObject({
      total: slice(5, 4, 2, 2, 50),
      counters: { queued: 1, succeeded: 2, failed: 1, rejected: 1, canceled: 0 },
      platforms: [
        { platform: 'linux/x64', ...slice(2, 2, 1, 1, 50) },
        { platform: 'windows/x64', ...slice(2, 2, 1, 1, 50) },
        { platform: null, ...slice(1, 0, 0, 0, null) },
      ],
      groups: [
        { group: 'accounting', ...slice(3, 3, 2, 1, 66.7) },
        { group: 'sales', ...slice(2, 2, 1, 1, 50) },
        { group: null, ...slice(2, 1, 0, 1, 0) },
      ],
      sites: [
        { site: 'berlin', ...slice(2, 2, 1, 1, 50) },
        { site: null, ...slice(2, 1, 0, 1, 0) },
        { site: 'tokyo', ...slice(1, 1, 1, 0, 100) },
      ],
      waves: [
        { wave: 1, ...slice(2, 1, 1, 0, 100) },
        { wave: 2, ...slice(3, 3, 1, 2, 33.3) },
      ],
      leftOut: { reasons: 0, platforms: 0, sites: 0 },
    });
  });

  it('names the reasons with exit codes and sentences, the commonest first', async () => {
    const { report } = await job(
      [{}, {}, {}, {}],
      [
        'failed install.exitCode 3 1 2',
        'failed install.exitCode 3 1 2',
        'failed install.exitCode 5 1 2',
        'succeeded - - 1 2',
      ],
    );
    expect(report.reasons).toEqual([
      expect.objectContaining({ status: 'failed', reason: 'install.exitCode', exitCode: 3, count: 2 }),
      expect.objectContaining({ status: 'failed', reason: 'install.exitCode', exitCode: 5, count: 1 }),
    ]);
    expect(report.reasons[0]!.message).toMatch(/exit code/);
  });

  it('measures what succeeded or failed, from the order and from the first word, never below zero', async () => {
    const { report } = await job(
      [{}, {}, {}, {}, {}],
      ['succeeded - - 10 20', 'failed x - 20 40', 'succeeded - - 50 30', 'canceled job.canceled - 0 9000', null],
    );
    expect(report.durations).toEqual({
      queuedToFinal: { count: 3, p50: 30, p90: 38, p99: 39.8 },
      execution: { count: 3, p50: 10, p90: 18, p99: 19.8 },
    });
  });

  it('keeps its lists short and says how much was left out', async () => {
    const { report } = await job(Array.from({ length: 1003 }, (_, n) => ({ site: `site-${n}` })));
    expect(report.sites).toHaveLength(1000);
    expect(report.leftOut.sites).toBe(3);
  });

  it('adds up to the counters of the job', async () => {
    const { jobId, report } = await job([{}, {}, {}]);
    const [summary] = await new SummarizeJobs(database.dataSource).execute([jobId]);
    expect(report.counters).toEqual(summary!.counters);
  });

  it('is empty before there are executions', async () => {
    expect(await new ReportJob(database.dataSource).execute(v7())).toMatchObject({
      total: slice(0, 0, 0, 0, null),
      durations: { execution: { count: 0, p50: null } },
      platforms: [],
      waves: [],
    });
  });
});

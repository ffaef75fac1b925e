import type { ExecutionStatus, JobCancelRequested } from '@waybill/contracts';
import { Inbox } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import type { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { GetExecution } from '../executions/get-execution.query.js';
import { coalesceReports } from '../ingest/coalesce-reports.js';
import { statusReport } from '../ingest/report.fixtures.spec.js';
import { ingestBatch } from '../ingest/reports.repository.js';
import { ReopenExecutionsHandler } from '../reopening/reopen-executions.handler.js';
import { ResultConfig } from '../result.config.js';
import { counters, insertExecutions } from '../specs/executions.fixtures.spec.js';
import { resultDatabase } from '../specs/result-database.spec.js';
import { CancelRun } from './cancel-run.handler.js';
import { EndGrace } from './end-grace.js';
import { RemoveComputer } from './remove-computer.handler.js';

let database: Awaited<ReturnType<typeof resultDatabase>>;
let sql: DataSource;
let unitOfWork: UnitOfWork;

beforeAll(async () => {
  database = await resultDatabase();
  sql = database.dataSource;
  unitOfWork = new UnitOfWork(sql);
});
afterAll(() => database.drop());

const report = (jobId: string, computerId: string | undefined, seq: number, status: ExecutionStatus) =>
  statusReport({ jobId, computerId, seq, status, evidence: 'found' });
const ingest = (...reports: ReturnType<typeof report>[]) => ingestBatch(sql, coalesceReports(reports));

function request(jobId: string, fields: Partial<JobCancelRequested> = {}): JobCancelRequested {
  return { v: 1, jobId, run: 1, status: 'canceled', reason: 'asked by alice', at: '2026-09-01T00:00:00Z', ...fields };
}

function canceler(graceSeconds: number): CancelRun {
  return new CancelRun(
    unitOfWork,
    new Inbox(),
    Object.assign(new ResultConfig(), { cancelGraceSeconds: graceSeconds }),
  );
}

async function endGrace(): Promise<void> {
  const grace = new EndGrace(unitOfWork);
  while (await grace.next());
}

/** A job with one computer in each of the statuses before and after the begin of the install. */
async function mixedJob(): Promise<{ jobId: string; computers: string[] }> {
  const jobId = v7();
  const computers = await insertExecutions(sql, jobId, 7);
  const statuses: ExecutionStatus[] = [
    'accepted',
    'waiting',
    'downloading',
    'installing',
    'rebootPending',
    'succeeded',
  ];
  await ingest(...statuses.map((status, index) => report(jobId, computers[index + 1], 1, status)));
  return { jobId, computers };
}

describe('cancel and expiry', () => {
  it('closes at once what no agent has taken up, and leaves the rest its grace', async () => {
    const { jobId, computers } = await mixedJob();
    await canceler(60).execute(request(jobId), v7());
    expect(await counters(sql, jobId)).toEqual({
      canceled: 1,
      accepted: 1,
      waiting: 1,
      downloading: 1,
      installing: 1,
      rebootPending: 1,
      succeeded: 1,
    });
    await endGrace();
    expect(await counters(sql, jobId)).toMatchObject({ canceled: 1, accepted: 1 });
    expect(await new GetExecution(sql).execute({ jobId, computerId: computers[0]! })).toMatchObject({
      status: 'canceled',
      reason: 'job.canceled',
      message: expect.stringContaining('(asked by alice)'),
      finishedAt: expect.any(String),
    });
  });

  it('presumes canceled what has not begun when the grace is over, once', async () => {
    const { jobId } = await mixedJob();
    await canceler(0).execute(request(jobId), v7());
    await Promise.all([endGrace(), endGrace(), endGrace()]);
    expect(await counters(sql, jobId)).toEqual({ canceled: 4, installing: 1, rebootPending: 1, succeeded: 1 });
  });

  it('calls it expired when the job has expired', async () => {
    const { jobId, computers } = await mixedJob();
    await canceler(0).execute(request(jobId, { status: 'expired', reason: 'job.expired' }), v7());
    await endGrace();
    expect(await counters(sql, jobId)).toMatchObject({ expired: 4 });
    expect(await new GetExecution(sql).execute({ jobId, computerId: computers[1]! })).toMatchObject({
      reason: 'job.expired',
      message: 'The job expired before this computer had begun installing.',
    });
  });

  it('yields to the truth of an agent that had begun or has ended, not to older steps', async () => {
    const { jobId, computers } = await mixedJob();
    await canceler(0).execute(request(jobId), v7());
    await endGrace();
    await ingest(
      report(jobId, computers[0], 1, 'accepted'),
      report(jobId, computers[1], 2, 'installing'),
      report(jobId, computers[2], 2, 'succeeded'),
    );
    expect(await counters(sql, jobId)).toEqual({ canceled: 2, installing: 2, rebootPending: 1, succeeded: 2 });
    await ingest(report(jobId, computers[1], 3, 'failed'));
    expect(await counters(sql, jobId)).toEqual({
      canceled: 2,
      failed: 1,
      installing: 1,
      rebootPending: 1,
      succeeded: 2,
    });
  });

  it('closes nothing of an attempt that was issued after it', async () => {
    const jobId = v7();
    await insertExecutions(sql, jobId, 2);
    const cancel = canceler(0);
    const messageId = v7();
    await cancel.execute(request(jobId), messageId);
    await endGrace();
    await new ReopenExecutionsHandler(unitOfWork).execute({
      requestId: v7(),
      jobId,
      run: 1,
      only: 'unsuccessful',
      attempt: 2,
    });
    // the same message again, and an old request that was delayed
    await cancel.execute(request(jobId), messageId);
    await cancel.execute(request(jobId, { attempt: 1 }), v7());
    await endGrace();
    expect(await counters(sql, jobId)).toEqual({ queued: 2 });
  });
});

describe('removal of a computer', () => {
  it('cancels what it still had open in every job', async () => {
    const jobs = [v7(), v7()];
    const [computerId] = await insertExecutions(sql, jobs[0]!, 2);
    await insertExecutions(sql, jobs[1]!, 1);
    await sql.query(`UPDATE executions SET computer_id = $1 WHERE job_id = $2`, [computerId, jobs[1]]);
    await ingest(report(jobs[1]!, computerId, 1, 'installing'));
    const remove = new RemoveComputer(unitOfWork);
    await remove.execute({ v: 1, computerId: computerId!, at: '2026-09-01T00:00:00Z' });
    await remove.execute({ v: 1, computerId: computerId!, at: '2026-09-01T00:00:00Z' });
    expect(await counters(sql, jobs[0]!)).toEqual({ canceled: 1, queued: 1 });
    expect(await counters(sql, jobs[1]!)).toEqual({ canceled: 1 });
    expect(await new GetExecution(sql).execute({ jobId: jobs[1]!, computerId: computerId! })).toMatchObject({
      reason: 'computer.removed',
    });
  });
});

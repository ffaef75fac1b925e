import type { ExecutionStatus, ReopenExecutions } from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import type { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { GetExecution } from '../executions/get-execution.query.js';
import { coalesceReports } from '../ingest/coalesce-reports.js';
import { statusReport } from '../ingest/report.fixtures.spec.js';
import { ingestBatch } from '../ingest/reports.repository.js';
import { counters, insertExecutions } from '../specs/executions.fixtures.spec.js';
import { resultDatabase } from '../specs/result-database.spec.js';
import { ReopenExecutionsHandler } from './reopen-executions.handler.js';

let database: Awaited<ReturnType<typeof resultDatabase>>;
let sql: DataSource;
let reopen: ReopenExecutionsHandler;

beforeAll(async () => {
  database = await resultDatabase();
  sql = database.dataSource;
  reopen = new ReopenExecutionsHandler(new UnitOfWork(sql));
});
afterAll(() => database.drop());

const request = (jobId: string, fields: Partial<ReopenExecutions> = {}): ReopenExecutions => ({
  requestId: v7(),
  jobId,
  run: 1,
  only: 'failed',
  attempt: 2,
  ...fields,
});

/** A job whose computers have ended in these ways; null has not ended. */
async function endedJob(...statuses: (ExecutionStatus | null)[]): Promise<{ jobId: string; computers: string[] }> {
  const jobId = v7();
  const computers = await insertExecutions(sql, jobId, statuses.length);
  const reports = statuses.map((status, index) =>
    statusReport({
      jobId,
      computerId: computers[index],
      seq: 3,
      status: status ?? 'installing',
      evidence: 'found',
      reason: 'because',
      logTail: 'log 1',
    }),
  );
  await ingestBatch(sql, coalesceReports(reports));
  return { jobId, computers };
}

describe('re-execution', () => {
  it.each([
    ['failed', [1, 2, 3]],
    ['unsuccessful', [1, 2, 3, 4, 5]],
  ] as const)('of the %s starts a new attempt for those and nobody else', async (only, expected) => {
    const { jobId, computers } = await endedJob(
      'succeeded',
      'failed',
      'rejected',
      'timedOut',
      'canceled',
      'expired',
      null,
    );
    const answer = await reopen.execute(request(jobId, { only }));
    expect(answer).toEqual({
      total: expected.length,
      failed: 3,
      computerIds: expected.map((index) => computers[index]),
      after: null,
    });
    expect(await counters(sql, jobId)).toMatchObject({ queued: expected.length, succeeded: 1, installing: 1 });
  });

  it('reopens what fits a filter and has ended, and nothing when it is only asked whether the filter makes sense', async () => {
    const { jobId, computers } = await endedJob('failed', 'failed', 'succeeded', null);
    const filter = `reason==because;computerId=in=(${[computers[1], computers[2], computers[3]].join(',')})`;
    const asked = { only: 'filter', filter } as const;
    expect(await reopen.execute(request(jobId, { ...asked, dryRun: true }))).toMatchObject({ total: 0 });
    expect(await reopen.execute(request(jobId, asked))).toMatchObject({
      total: 2,
      failed: 1,
      computerIds: [computers[1], computers[2]].sort(),
    });
    expect(await counters(sql, jobId)).toEqual({ failed: 1, queued: 2, installing: 1 });
  });

  it.each([true, false])('refuses a filter that makes no sense, and reopens nothing (dry run: %s)', async (dryRun) => {
    const { jobId } = await endedJob('failed');
    await expect(
      reopen.execute(request(jobId, { only: 'filter', filter: 'colour==red', dryRun })),
    ).rejects.toMatchObject({ kind: 'invalid', errors: [{ pointer: '/only/filter' }] });
    await expect(
      reopen.execute(request(jobId, { only: 'filter', filter: "reason=='x') OR (1=1", dryRun })),
    ).rejects.toMatchObject({ kind: 'invalid' });
    expect(await counters(sql, jobId)).toEqual({ failed: 1 });
  });

  it('of named computers takes those that have ended, also well', async () => {
    const { jobId, computers } = await endedJob('succeeded', 'failed', null, 'failed');
    const answer = await reopen.execute(request(jobId, { only: 'computers', computers: computers.slice(0, 3) }));
    expect(answer.computerIds).toEqual(computers.slice(0, 2));
    expect(await counters(sql, jobId)).toEqual({ queued: 2, installing: 1, failed: 1 });
  });

  it('keeps the old attempt, with its log, and takes reports of the new one', async () => {
    const { jobId, computers } = await endedJob('failed');
    await reopen.execute(request(jobId));
    const again = statusReport({
      jobId,
      computerId: computers[0],
      attempt: 2,
      seq: 1,
      status: 'succeeded',
      evidence: 'found',
      logTail: 'log 2',
    });
    await ingestBatch(sql, coalesceReports([again]));
    expect(await new GetExecution(sql).execute({ jobId, computerId: computers[0]! })).toMatchObject({
      status: 'succeeded',
      attempt: 2,
      attempts: [
        { attempt: 1, status: 'failed', reason: 'because', logTail: 'log 1' },
        { attempt: 2, status: 'succeeded', reason: null, logTail: 'log 2', evidence: 'found' },
      ],
    });
  });

  it('is done once, also when the request comes twice at the same time', async () => {
    const { jobId } = await endedJob('failed', 'failed');
    const twice = request(jobId);
    const answers = await Promise.all([reopen.execute(twice), reopen.execute(twice)]);
    expect(answers[1]).toEqual(answers[0]);
    expect(await reopen.execute(twice)).toEqual(answers[0]);
    expect(await counters(sql, jobId)).toEqual({ queued: 2 });
  });

  it('answers its computers page by page', async () => {
    const jobId = v7();
    const computers = await insertExecutions(sql, jobId, 5003);
    await sql.query(`UPDATE executions SET status = 'failed' WHERE job_id = $1`, [jobId]);
    const all = request(jobId);
    const first = await reopen.execute(all);
    expect(first).toMatchObject({ total: 5003, after: computers[4999] });
    const second = await reopen.execute({ ...all, after: first.after! });
    expect(second).toEqual({ total: 5003, failed: 5003, computerIds: computers.slice(5000), after: null });
  });

  it('issues no attempt when nobody matches', async () => {
    const { jobId } = await endedJob('succeeded');
    expect(await reopen.execute(request(jobId))).toEqual({ total: 0, failed: 0, computerIds: [], after: null });
    expect(await reopen.execute(request(jobId, { only: 'computers', computers: [] }))).toMatchObject({ total: 0 });
  });

  it('refuses an attempt that was issued, a request that was used, a run that is unknown, a choice without computers', async () => {
    const { jobId } = await endedJob('failed');
    const used = request(jobId, { attempt: 3 });
    await reopen.execute(used);
    await expect(reopen.execute(request(jobId, { attempt: 3 }))).rejects.toMatchObject({
      code: 'execution.attemptTaken',
    });
    await expect(reopen.execute({ ...used, attempt: 4 })).rejects.toMatchObject({ code: 'execution.requestReused' });
    await expect(reopen.execute(request(v7()))).rejects.toMatchObject({ code: 'execution.unknownRun' });
    await expect(reopen.execute(request(jobId, { only: 'computers' }))).rejects.toMatchObject({
      code: 'execution.noComputers',
    });
  });
});

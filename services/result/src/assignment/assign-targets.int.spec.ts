import { type AssignedTarget, EVENTS, type JobTargetsAssigned } from '@waybill/contracts';
import { Inbox, Outbox } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import type { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { CancelRun } from '../cancellation/cancel-run.handler.js';
import { RemoveComputer } from '../cancellation/remove-computer.handler.js';
import { ListExecutions } from '../executions/list-executions.query.js';
import { SummarizeJobs } from '../executions/summarize-jobs.query.js';
import { ResultConfig } from '../result.config.js';
import { counters, takeOutbox } from '../specs/executions.fixtures.spec.js';
import { resultDatabase } from '../specs/result-database.spec.js';
import { AssignTargets } from './assign-targets.handler.js';
import { GatherStatistics } from './gather-statistics.js';

let database: Awaited<ReturnType<typeof resultDatabase>>;
let sql: DataSource;
let assign: AssignTargets;
let cancel: CancelRun;
let remove: RemoveComputer;

beforeAll(async () => {
  database = await resultDatabase();
  sql = database.dataSource;
  const unitOfWork = new UnitOfWork(sql);
  assign = new AssignTargets(unitOfWork, new Outbox(), new GatherStatistics(sql));
  cancel = new CancelRun(unitOfWork, new Inbox(), new ResultConfig());
  remove = new RemoveComputer(unitOfWork);
});
beforeEach(() => takeOutbox(sql));
afterAll(() => database.drop());

const target = (name: string, fields: Partial<AssignedTarget> = {}): AssignedTarget => ({
  computerId: v7(),
  name,
  online: true,
  ...fields,
});

function chunk(
  jobId: string,
  number: number,
  of: number,
  targets: AssignedTarget[],
  total = targets.length,
): JobTargetsAssigned {
  return { v: 1, jobId, run: 1, chunk: number, chunks: of, total, expiresAt: '2026-09-30T00:00:00Z', targets };
}

describe('assignment of targets', () => {
  it('makes one queued execution per target with what is known of the connection', async () => {
    const jobId = v7();
    await assign.execute(
      chunk(jobId, 0, 1, [target('pc-1'), target('pc-2', { online: false, lastSeenAt: '2026-08-31T10:00:00Z' })]),
    );
    const { items } = await new ListExecutions(sql).ofJob({ jobId, sort: 'computerName' });
    expect(items).toMatchObject([
      { computerName: 'pc-1', status: 'queued', reason: 'online', attempt: 1, run: 1, startedAt: null },
      {
        computerName: 'pc-2',
        status: 'queued',
        reason: 'offline',
        message: expect.stringContaining('2026-08-31 10:00 UTC'),
      },
    ]);
  });

  it.each([
    [0, 1, 2],
    [2, 0, 1],
    [1, 2, 0],
  ])(
    'of chunks that came before all were found waits for the one that says how many there are: %i, %i, %i',
    async (...order) => {
      const jobId = v7();
      const early = (number: number, targets: AssignedTarget[]) => {
        const event = chunk(jobId, number, 3, targets);
        delete event.chunks;
        delete event.total;
        return event;
      };
      const told = [early(0, [target('pc-0'), target('pc-1')]), early(1, [target('pc-2')]), chunk(jobId, 2, 3, [], 3)];
      for (const [i, number] of order.entries()) {
        await assign.execute(told[number]!);
        await assign.execute(told[number]!);
        if (i < 2) expect(await takeOutbox(sql)).toEqual([]);
      }
      const ready = (await takeOutbox(sql)).map(({ type, body }) => ({
        type,
        total: (body as { total: number }).total,
      }));
      expect(new Set(ready.map((one) => JSON.stringify(one)))).toEqual(
        new Set([JSON.stringify({ type: EVENTS.jobExecutionsReady, total: 3 })]),
      );
      expect(await counters(sql, jobId)).toMatchObject({ queued: 3 });
    },
  );

  it('says ready when the last chunk is in, whatever the order', async () => {
    const jobId = v7();
    const chunks = [0, 1, 2].map((number) => chunk(jobId, number, 3, [target(`pc-${number}`)], 3));
    await assign.execute(chunks[2]!);
    await assign.execute(chunks[0]!);
    await assign.execute(chunks[0]!);
    expect(await takeOutbox(sql)).toEqual([]);
    await assign.execute(chunks[1]!);
    expect(await takeOutbox(sql)).toEqual([
      { type: EVENTS.jobExecutionsReady, body: { v: 1, jobId, run: 1, total: 3 } },
    ]);
  });

  it('inserts nothing for a chunk that comes again, and says ready again', async () => {
    const jobId = v7();
    const only = chunk(jobId, 0, 1, [target('pc-1'), target('pc-2')]);
    await assign.execute(only);
    await assign.execute(only);
    expect(await counters(sql, jobId)).toEqual({ queued: 2 });
    expect(await takeOutbox(sql)).toHaveLength(2);
  });

  it('counts right when replicas get the chunks, each twice, at the same time', async () => {
    const jobId = v7();
    const chunks = Array.from({ length: 6 }, (_, number) =>
      chunk(
        jobId,
        number,
        6,
        Array.from({ length: 50 }, (_pc, n) => target(`pc-${n}`)),
        300,
      ),
    );
    await Promise.all([...chunks, ...chunks].map((one) => assign.execute(one)));
    expect(await counters(sql, jobId)).toEqual({ queued: 300 });
    const ready = await takeOutbox(sql);
    expect(ready.length).toBeGreaterThanOrEqual(1);
    expect(new Set(ready.map(({ body }) => body['total']))).toEqual(new Set([300]));
  });

  it('is ready at once without targets', async () => {
    const jobId = v7();
    await assign.execute(chunk(jobId, 0, 1, []));
    expect(await takeOutbox(sql)).toMatchObject([{ body: { jobId, total: 0 } }]);
  });

  it('closes what comes after the run was canceled', async () => {
    const jobId = v7();
    await assign.execute(chunk(jobId, 0, 2, [target('pc-1')], 2));
    await cancel.execute(
      { v: 1, jobId, run: 1, status: 'canceled', reason: 'by alice', at: '2026-09-01T00:00:00Z' },
      v7(),
    );
    await assign.execute(chunk(jobId, 1, 2, [target('pc-2')], 2));
    const { items } = await new ListExecutions(sql).ofJob({ jobId, filter: 'status==canceled;reason==job.canceled' });
    expect(items).toHaveLength(2);
    expect(await counters(sql, jobId)).toEqual({ canceled: 2 });
  });

  it('closes the execution of a computer that was removed before the chunk came', async () => {
    const jobId = v7();
    const removed = target('pc-gone');
    await remove.execute({ v: 1, computerId: removed.computerId, at: '2026-09-01T00:00:00Z' });
    await assign.execute(chunk(jobId, 0, 1, [target('pc-1'), removed]));
    const [summary] = await new SummarizeJobs(sql).execute([jobId]);
    expect(summary).toMatchObject({ total: 2, finished: 1, counters: { queued: 1, canceled: 1 } });
  });
});

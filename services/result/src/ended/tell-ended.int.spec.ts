import { type ExecutionStatus, type JobAttemptsEnded, validateMessage } from '@waybill/contracts';
import { JobAttemptsEnded as Event } from '@waybill/contracts';
import { Inbox, Outbox, type OutboxMessage, type SqlExecutor } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import type { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { AssignTargets } from '../assignment/assign-targets.handler.js';
import type { GatherStatistics } from '../assignment/gather-statistics.js';
import { CancelRun } from '../cancellation/cancel-run.handler.js';
import { RemoveComputer } from '../cancellation/remove-computer.handler.js';
import { coalesceReports } from '../ingest/coalesce-reports.js';
import { statusReport } from '../ingest/report.fixtures.spec.js';
import { ingestBatch } from '../ingest/reports.repository.js';
import { ReopenExecutionsHandler } from '../reopening/reopen-executions.handler.js';
import type { ResultConfig } from '../result.config.js';
import { insertExecutions } from '../specs/executions.fixtures.spec.js';
import { resultDatabase } from '../specs/result-database.spec.js';
import { TellEnded } from './tell-ended.js';

/** Takes the place of the broker: what was stored, whether anybody subscribes or not. */
class KeptOutbox extends Outbox {
  readonly kept: OutboxMessage[] = [];
  failNext = false;

  override add(_sql: SqlExecutor, messages: readonly OutboxMessage[]): Promise<void> {
    if (this.failNext) {
      this.failNext = false;
      return Promise.reject(new Error('the process died here'));
    }
    this.kept.push(...messages);
    return Promise.resolve();
  }
}

let database: Awaited<ReturnType<typeof resultDatabase>>;
let sql: DataSource;
let work: UnitOfWork;
let outbox: KeptOutbox;
let tell: TellEnded;

beforeAll(async () => {
  database = await resultDatabase();
  sql = database.dataSource;
  work = new UnitOfWork(sql);
  outbox = new KeptOutbox();
  tell = new TellEnded(work, outbox);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await sql.query('DELETE FROM ended_attempts');
  outbox.kept.length = 0;
});

const say = (jobId: string, computerId: string, seq: number, status: ExecutionStatus, attempt = 1) =>
  ingestBatch(
    sql,
    coalesceReports([
      statusReport({
        jobId,
        computerId,
        seq,
        status,
        attempt,
        evidence: 'found',
        ...(status === 'failed' ? { reason: 'install.exitCode', exitCode: 1603 } : {}),
      }),
    ]),
  );

const reopen = (jobId: string) =>
  new ReopenExecutionsHandler(work).execute({ requestId: v7(), jobId, run: 1, only: 'failed', attempt: 2 });

const cancel = (jobId: string) =>
  new CancelRun(work, new Inbox(), { cancelGraceSeconds: 1 } as ResultConfig).execute(
    { v: 1, jobId, run: 1, status: 'canceled', reason: 'job.canceled', at: new Date().toISOString() },
    v7(),
  );

async function told(): Promise<JobAttemptsEnded[]> {
  await tell.round();
  return outbox.kept.splice(0).map(({ body }) => body as JobAttemptsEnded);
}

describe('job.attempts.ended', () => {
  it('tells how an attempt ended, once, in the form of its class', async () => {
    const jobId = v7();
    const [computerId] = await insertExecutions(sql, jobId, 2);
    await say(jobId, computerId!, 1, 'accepted');
    expect(await told()).toEqual([]);
    await say(jobId, computerId!, 2, 'failed');
    const events = await told();
    expect(events).toMatchObject([
      {
        v: 1,
        jobId,
        run: 1,
        attempts: [
          {
            computerId,
            computerName: 'pc-1',
            attempt: 1,
            status: 'failed',
            reason: 'install.exitCode',
            message: expect.any(String),
            exitCode: 1603,
            endedAt: '2026-09-01T00:00:00.000Z',
          },
        ],
      },
    ]);
    expect(validateMessage(Event, JSON.parse(JSON.stringify(events[0])))).toMatchObject({ ok: true });
    await say(jobId, computerId!, 2, 'failed');
    expect(await told()).toEqual([]);
  });

  it('tells of an attempt that ended and began anew before anybody looked', async () => {
    const jobId = v7();
    const [computerId] = await insertExecutions(sql, jobId, 1);
    await say(jobId, computerId!, 1, 'failed');
    await reopen(jobId);
    await say(jobId, computerId!, 1, 'succeeded', 2);
    expect((await told()).flatMap(({ attempts }) => attempts)).toMatchObject([
      { computerId, attempt: 1, status: 'failed', exitCode: 1603 },
      { computerId, attempt: 2, status: 'succeeded' },
    ]);
  });

  it('tells of a presumed end, and again when the agent says that it was another', async () => {
    const jobId = v7();
    const [computerId] = await insertExecutions(sql, jobId, 1);
    await cancel(jobId);
    expect(await told()).toMatchObject([{ attempts: [{ status: 'canceled', reason: 'job.canceled' }] }]);
    await say(jobId, computerId!, 5, 'succeeded');
    expect(await told()).toMatchObject([{ attempts: [{ computerId, attempt: 1, status: 'succeeded' }] }]);
  });

  it('tells of the last attempt only when the computer tries again by itself', async () => {
    const jobId = v7();
    const [computerId] = await insertExecutions(sql, jobId, 1);
    await sql.query('UPDATE executions SET attempts = 2 WHERE job_id = $1', [jobId]);
    const failed = { jobId, computerId, seq: 1, status: 'failed' } as const;
    await ingestBatch(sql, coalesceReports([statusReport({ ...failed, retryAt: '2026-09-01T00:05:00.000Z' })]));
    expect(await told()).toEqual([]);
    await say(jobId, computerId!, 1, 'failed', 2);
    expect(await told()).toMatchObject([{ attempts: [{ attempt: 2, status: 'failed' }] }]);
  });

  it('tells no end that was taken back before anybody looked', async () => {
    const jobId = v7();
    const [computerId] = await insertExecutions(sql, jobId, 1);
    await cancel(jobId);
    await say(jobId, computerId!, 5, 'installing');
    expect(await told()).toEqual([]);
    expect(await sql.query('SELECT * FROM ended_attempts')).toEqual([]);
  });

  it('tells of a removed computer, and of targets that are closed as they come', async () => {
    const jobId = v7();
    const [computerId] = await insertExecutions(sql, jobId, 1);
    await new RemoveComputer(work).execute({ v: 1, computerId: computerId!, at: new Date().toISOString() });
    expect(await told()).toMatchObject([
      { attempts: [{ computerId, status: 'canceled', reason: 'computer.removed' }] },
    ]);
    const late = v7();
    await cancel(late);
    const target = { computerId: v7(), name: 'pc-late', online: true };
    await new AssignTargets(work, outbox, { execute: () => Promise.resolve() } as GatherStatistics).execute({
      v: 1,
      jobId: late,
      run: 1,
      chunk: 0,
      chunks: 1,
      total: 1,
      expiresAt: new Date().toISOString(),
      targets: [target],
    });
    outbox.kept.length = 0;
    expect(await told()).toMatchObject([
      { jobId: late, attempts: [{ computerName: 'pc-late', status: 'canceled', attempt: 1 }] },
    ]);
  });

  it('loses nothing when the process dies before the event is stored, and two replicas tell it once', async () => {
    const jobId = v7();
    const computers = await insertExecutions(sql, jobId, 30);
    for (const computerId of computers) await say(jobId, computerId, 1, 'succeeded');
    outbox.failNext = true;
    await expect(told()).rejects.toThrow('died');
    await Promise.all([tell.round(), new TellEnded(work, outbox).round()]);
    const told30 = (await told()).flatMap(({ attempts }) => attempts.map(({ computerId }) => computerId));
    expect(told30.sort()).toEqual(computers);
  });
});

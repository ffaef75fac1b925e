import type { ExecutionStatus } from '@waybill/contracts';
import { Outbox } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import type { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { coalesceReports } from '../ingest/coalesce-reports.js';
import { statusReport } from '../ingest/report.fixtures.spec.js';
import { ingestBatch } from '../ingest/reports.repository.js';
import { insertExecutions, takeOutbox } from '../specs/executions.fixtures.spec.js';
import { resultDatabase } from '../specs/result-database.spec.js';
import { FlushProgress } from './flush-progress.js';

let database: Awaited<ReturnType<typeof resultDatabase>>;
let sql: DataSource;
let flush: FlushProgress;

beforeAll(async () => {
  database = await resultDatabase();
  sql = database.dataSource;
  flush = new FlushProgress(new UnitOfWork(sql), new Outbox());
});
afterAll(() => database.drop());

const say = (jobId: string, computerId: string, seq: number, status: ExecutionStatus) =>
  ingestBatch(sql, coalesceReports([statusReport({ jobId, computerId, seq, status, evidence: 'found' })]));

/** As if the last event had been told so long ago. */
const later = (jobId: string) =>
  sql.query(`UPDATE runs SET progressed_at = progressed_at - interval '1 second' WHERE job_id = $1`, [jobId]);

async function told(): Promise<Record<string, unknown>[]> {
  await flush.round();
  return (await takeOutbox(sql)).map(({ body }) => body);
}

describe('job.progressed', () => {
  it('is told once for what changed, and not again', async () => {
    const jobId = v7();
    const [computerId] = await insertExecutions(sql, jobId, 2);
    await say(jobId, computerId!, 1, 'accepted');
    expect(await told()).toMatchObject([
      { v: 1, jobId, run: 1, attempt: 1, total: 2, finished: 0, counters: { queued: 1, accepted: 1 } },
    ]);
    await later(jobId);
    expect(await told()).toEqual([]);
  });

  it('is told at most once a second, with the newest counters', async () => {
    const jobId = v7();
    const computers = await insertExecutions(sql, jobId, 3);
    await say(jobId, computers[0]!, 1, 'accepted');
    expect(await told()).toHaveLength(1);
    await say(jobId, computers[1]!, 1, 'accepted');
    expect(await told()).toEqual([]);
    await say(jobId, computers[2]!, 1, 'failed');
    expect(await told()).toEqual([]);
    await later(jobId);
    expect(await told()).toMatchObject([{ counters: { accepted: 2, failed: 1 }, finished: 1 }]);
  });

  it('does not wait when the last execution has ended', async () => {
    const jobId = v7();
    const [computerId] = await insertExecutions(sql, jobId, 1);
    await say(jobId, computerId!, 1, 'accepted');
    expect(await told()).toHaveLength(1);
    await say(jobId, computerId!, 2, 'succeeded');
    expect(await told()).toMatchObject([{ finished: 1, total: 1 }]);
  });

  it('waits while targets are still being assigned', async () => {
    const jobId = v7();
    const [computerId] = await insertExecutions(sql, jobId, 1);
    await sql.query(`UPDATE runs SET ready = false WHERE job_id = $1`, [jobId]);
    await say(jobId, computerId!, 1, 'accepted');
    expect(await told()).toEqual([]);
    await sql.query(`UPDATE runs SET ready = true WHERE job_id = $1`, [jobId]);
    expect(await told()).toHaveLength(1);
  });

  it('loses nothing and repeats nothing with writers and several replicas at once', async () => {
    const jobId = v7();
    const computers = await insertExecutions(sql, jobId, 40);
    const replicas = [flush, new FlushProgress(new UnitOfWork(sql), new Outbox())];
    let writing = true;
    const flushing = replicas.map(async (replica) => {
      while (writing) await replica.round();
    });
    await Promise.all(computers.map((computerId) => say(jobId, computerId, 1, 'failed')));
    writing = false;
    await Promise.all(flushing);
    await flush.round();
    const events = (await takeOutbox(sql)).map(({ body }) => body);
    expect(events.at(-1)).toMatchObject({ finished: 40, total: 40 });
    expect(events.filter(({ finished }) => finished === 40)).toHaveLength(1);
    expect(events.length).toBeLessThanOrEqual(3);
  });
});

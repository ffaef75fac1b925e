import type { ExecutionStatus, TimeoutLimits } from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import type { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { coalesceReports } from '../ingest/coalesce-reports.js';
import { statusReport } from '../ingest/report.fixtures.spec.js';
import { ingestBatch } from '../ingest/reports.repository.js';
import { counters, insertExecutions } from '../specs/executions.fixtures.spec.js';
import { resultDatabase } from '../specs/result-database.spec.js';
import { EndTimedOut, lookAgainMs } from './end-timed-out.js';

const HOUR = 3_600_000;
/** Every report is of now, whatever its `at` says: what is long ago is made so in the rows. */
const ALL: TimeoutLimits = { acceptMs: 24 * HOUR, progressMs: 2 * HOUR, executionMs: 6 * HOUR };

let database: Awaited<ReturnType<typeof resultDatabase>>;
let sql: DataSource;
let jobId: string;
let computerId: string;
let endTimedOut: EndTimedOut;

beforeAll(async () => {
  database = await resultDatabase();
  sql = database.dataSource;
  endTimedOut = new EndTimedOut(new UnitOfWork(sql));
});
afterAll(() => database.drop());

beforeEach(async () => {
  jobId = v7();
  [computerId] = (await insertExecutions(sql, jobId, 1)) as [string];
  await sql.query('UPDATE runs SET timeouts = NULL');
});

const limited = (limits: TimeoutLimits = ALL) =>
  sql.query('UPDATE runs SET timeouts = $2, look_at = now() WHERE job_id = $1', [jobId, limits]);
const says = (seq: number, status: ExecutionStatus) =>
  ingestBatch(sql, coalesceReports([statusReport({ jobId, computerId, seq, status, evidence: 'found' })]));
/** Moves the rows into the past. */
const hoursPass = (hours: number) =>
  sql.query(
    `UPDATE executions SET updated_at = updated_at - $2 * interval '1 hour', working_since = working_since - $2 * interval '1 hour'
     WHERE job_id = $1`,
    [jobId, hours],
  );
/** Status and reason after the run was looked through. */
async function outcome(): Promise<string> {
  await sql.query('UPDATE runs SET look_at = now() WHERE job_id = $1', [jobId]);
  while (await endTimedOut.next());
  const [row] = await sql.query<{ status: string; reason: string | null }[]>(
    'SELECT status, reason FROM executions WHERE job_id = $1',
    [jobId],
  );
  expect(await counters(sql, jobId)).toEqual({ [row!.status]: 1 });
  return `${row!.status} ${row!.reason}`;
}

describe('an execution of a job with timeouts', () => {
  it('ends when its computer has not taken it up in time, and not a moment before', async () => {
    await limited();
    await hoursPass(23);
    expect(await outcome()).toBe('queued null');
    await hoursPass(2);
    expect(await outcome()).toBe('timedOut timeout.accept');
  });

  it('has all its time from the release of its wave on', async () => {
    await limited();
    await sql.query(`UPDATE executions SET reason = 'wave' WHERE job_id = $1`, [jobId]);
    await hoursPass(1000);
    expect(await outcome()).toBe('queued wave');
  });

  it('ends when its computer is at work and says nothing any more; bytes that come are a word', async () => {
    await limited();
    await says(1, 'downloading');
    await hoursPass(3);
    await sql.query(
      `INSERT INTO download_progress (job_id, run, computer_id, attempt, bytes_done, bytes_total, at) VALUES ($1, 1, $2, 1, 5, 9, now())`,
      [jobId, computerId],
    );
    expect(await outcome()).toBe('downloading null');
    await sql.query(`UPDATE download_progress SET at = at - interval '3 hours' WHERE job_id = $1`, [jobId]);
    expect(await outcome()).toBe('timedOut timeout.progress');
  });

  it('may wait as long as it likes, and then has all its time to work', async () => {
    await limited();
    await says(1, 'downloading');
    await hoursPass(1);
    await says(2, 'waiting');
    await hoursPass(1000);
    expect(await outcome()).toBe('waiting null');
    await says(3, 'installing');
    await hoursPass(1.5);
    expect(await outcome()).toBe('installing null');
  });

  it('ends when its computer works for too long, however much it says', async () => {
    await limited();
    await says(1, 'downloading');
    for (let seq = 2; seq < 6; seq++) {
      await hoursPass(1.25);
      expect(await outcome()).not.toContain('timedOut');
      await says(seq, 'installing');
    }
    await hoursPass(1.25);
    expect(await outcome()).toBe('timedOut timeout.execution');
  });

  it('is as its computer says when that says how it ended after all, and not when it only goes on', async () => {
    await limited();
    await says(1, 'installing');
    await hoursPass(3);
    expect(await outcome()).toBe('timedOut timeout.progress');
    await says(2, 'verifying');
    expect(await outcome()).toBe('timedOut timeout.progress');
    await says(3, 'succeeded');
    expect(await outcome()).toBe('succeeded null');
  });

  it('goes on for ever without timeouts', async () => {
    await says(1, 'installing');
    await hoursPass(100_000);
    expect(await outcome()).toBe('installing null');
  });

  it('ends by the limits that were ordered and no other', async () => {
    await limited({ acceptMs: HOUR });
    await says(1, 'installing');
    await hoursPass(100);
    expect(await outcome()).toBe('installing null');
  });

  it('is looked at by one replica at a time, and often enough', async () => {
    await limited();
    await hoursPass(48);
    const looked = await Promise.all([endTimedOut.next(), endTimedOut.next(), endTimedOut.next()]);
    expect(looked.filter(Boolean)).toHaveLength(1);
    expect(await outcome()).toBe('timedOut timeout.accept');
    expect([{ acceptMs: 10_000 }, { progressMs: 200_000 }, ALL].map(lookAgainMs)).toEqual([1_000, 10_000, 60_000]);
  });
});

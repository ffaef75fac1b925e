import { UnitOfWork } from '@waybill/persistence';
import { v7 } from 'uuid';
import { OpenOfComputer } from '../executions/open-of-computer.query.js';
import { SummarizeJobs } from '../executions/summarize-jobs.query.js';
import { ReportJob } from '../report/job-report.query.js';
import { counters, insertExecutions } from '../specs/executions.fixtures.spec.js';
import { resultDatabase } from '../specs/result-database.spec.js';
import { ArchiveJob } from './archive-job.handler.js';
import { demandKept } from './archived-run.js';
import { EmptyArchived } from './empty-archived.js';

let database: Awaited<ReturnType<typeof resultDatabase>>;
beforeAll(async () => (database = await resultDatabase()));
afterAll(() => database.drop());

const AT = '2026-09-01T00:00:00.000Z';

async function finishedJob(count: number) {
  const sql = database.dataSource;
  const jobId = v7();
  const computers = await insertExecutions(sql, jobId, count);
  await sql.query(
    `UPDATE executions SET status = 'succeeded', started_at = now() - interval '1 minute', finished_at = now() WHERE job_id = $1`,
    [jobId],
  );
  await sql.query(`UPDATE run_counters SET queued = 0, succeeded = $2 WHERE job_id = $1`, [jobId, count]);
  const detail = [jobId, computers[0]];
  await sql.query(
    `INSERT INTO attempt_details (job_id, run, computer_id, attempt, seq, log_tail) VALUES ($1, 1, $2, 1, 1, 'log')`,
    detail,
  );
  await sql.query(
    `INSERT INTO past_attempts (job_id, run, computer_id, attempt, seq, presumed, status) VALUES ($1, 1, $2, 1, 1, false, 'failed')`,
    detail,
  );
  return { jobId, computers };
}

const archive = (jobId: string) => new ArchiveJob(new UnitOfWork(database.dataSource)).execute({ v: 1, jobId, at: AT });
const rows = async (jobId: string): Promise<number[]> => {
  const tables = ['executions', 'attempt_details', 'past_attempts', 'run_profiles'];
  const count = (table: string) =>
    database.dataSource.query<[{ n: number }]>(`SELECT count(*)::int AS n FROM ${table} WHERE job_id = $1`, [jobId]);
  return Promise.all(tables.map(async (table) => (await count(table))[0].n));
};

describe('a job that was archived', () => {
  it('keeps its counters and its report as they were, and loses all that is kept of each computer', async () => {
    const sql = database.dataSource;
    const { jobId } = await finishedJob(12_001);
    const other = await finishedJob(3);
    const before = await new ReportJob(sql).execute(jobId);
    await archive(jobId);
    await new EmptyArchived(new UnitOfWork(sql)).execute();
    expect(await rows(jobId)).toEqual([0, 0, 0, 0]);
    expect(await rows(other.jobId)).toEqual([3, 1, 1, 0]);
    expect(await counters(sql, jobId)).toEqual({ succeeded: 12_001 });
    expect((await new SummarizeJobs(sql).execute([jobId]))[0]).toMatchObject({ total: 12_001, finished: 12_001 });
    const after = await new ReportJob(sql).execute(jobId);
    expect({ ...after, at: null }).toEqual({ ...before, at: null });
    expect(after.total.succeeded).toBe(12_001);
  });

  it('says so to whoever asks for its executions, from the first moment on', async () => {
    const sql = database.dataSource;
    const { jobId, computers } = await finishedJob(2);
    await expect(demandKept(sql, jobId)).resolves.toBeUndefined();
    await archive(jobId);
    await expect(demandKept(sql, jobId)).rejects.toMatchObject({
      kind: 'gone',
      code: 'job.archived',
      detail: expect.stringContaining(AT),
    });
    await new EmptyArchived(new UnitOfWork(sql)).execute();
    expect(await new OpenOfComputer(sql).execute(computers[0]!)).toEqual({ executions: [] });
  });

  it('is emptied to the end by whoever comes next when a process died in the middle, and told twice is archived once', async () => {
    const sql = database.dataSource;
    const { jobId } = await finishedJob(7_000);
    await archive(jobId);
    await sql.query(
      'DELETE FROM executions WHERE ctid = ANY (ARRAY(SELECT ctid FROM executions WHERE job_id = $1 LIMIT 4000))',
      [jobId],
    );
    await archive(jobId);
    const work = new UnitOfWork(sql);
    await Promise.all([new EmptyArchived(work).execute(), new EmptyArchived(work).execute()]);
    // of two at once, one may have found the run taken and gone
    await new EmptyArchived(work).execute();
    expect((await rows(jobId))[0]).toBe(0);
    const [kept] = await sql.query(
      `SELECT (report->'total'->>'total')::int AS total, emptied_at FROM run_archives WHERE job_id = $1`,
      [jobId],
    );
    expect(kept).toEqual({ total: 7_000, emptied_at: expect.any(Date) });
  });
});

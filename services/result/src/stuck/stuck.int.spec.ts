import type { ExecutionStatus } from '@waybill/contracts';
import { TestMetrics } from '@waybill/testing';
import type { DataSource, QueryRunner } from 'typeorm';
import { v7 } from 'uuid';
import { statusReport } from '../ingest/report.fixtures.spec.js';
import { coalesceReports } from '../ingest/coalesce-reports.js';
import { ingestBatch } from '../ingest/reports.repository.js';
import { insertExecutions } from '../specs/executions.fixtures.spec.js';
import { resultDatabase } from '../specs/result-database.spec.js';
import { CountStuck } from './count-stuck.query.js';
import { StuckGauge } from './stuck.gauge.js';

let database: Awaited<ReturnType<typeof resultDatabase>>;
let sql: DataSource;
let metrics: TestMetrics;

beforeAll(async () => {
  metrics = new TestMetrics();
  database = await resultDatabase();
  sql = database.dataSource;
});
afterAll(async () => {
  await database.drop();
  await metrics.stop();
});

/** An execution whose agent reported this status and has been silent since. */
async function silent(jobId: string, computerId: string, status: ExecutionStatus, silence: string): Promise<void> {
  await ingestBatch(sql, coalesceReports([statusReport({ jobId, computerId, status, seq: 1, evidence: 'found' })]));
  await sql.query(`UPDATE executions SET updated_at = now() - $3::interval WHERE job_id = $1 AND computer_id = $2`, [
    jobId,
    computerId,
    silence,
  ]);
}

describe('stuck executions', () => {
  it('are those that had begun, have not ended and were silent for an hour; by status', async () => {
    const jobId = v7();
    const computers = await insertExecutions(sql, jobId, 9);
    const said: [ExecutionStatus, string][] = [
      ['installing', '61 minutes'],
      ['installing', '3 days'],
      ['installing', '59 minutes'],
      ['verifying', '2 hours'],
      ['rebootPending', '1 minute'],
      ['downloading', '2 hours'],
      ['failed', '2 hours'],
      ['succeeded', '2 hours'],
    ];
    for (const [index, [status, silence]] of said.entries()) await silent(jobId, computers[index]!, status, silence);

    const gauge = new StuckGauge(new CountStuck(sql));
    gauge.onApplicationBootstrap();
    const stuck = async () =>
      Object.fromEntries(
        (await metrics.points('waybill.executions.stuck')).map(({ attributes, value }) => [
          attributes['waybill.execution.status'],
          value,
        ]),
      );
    expect(await stuck()).toEqual({ installing: 2, verifying: 1, rebootPending: 0 });

    // a word of the agent ends it
    const report = statusReport({ jobId, computerId: computers[0]!, status: 'failed', seq: 2 });
    await ingestBatch(sql, coalesceReports([report]));
    expect(await stuck()).toEqual({ installing: 1, verifying: 1, rebootPending: 0 });

    await silent(jobId, computers[8]!, 'installing', '2 hours');
    gauge.onApplicationShutdown();
    expect(await stuck()).toEqual({ installing: 1, verifying: 1, rebootPending: 0 });
  });

  it('are found by the index of what is open, and that index leaves the updates of ingest heap-only', async () => {
    const jobId = v7();
    await insertExecutions(sql, jobId, 2_000);
    await sql.query(`UPDATE executions SET status = 'failed' WHERE job_id = $1`, [jobId]);
    await sql.query('VACUUM ANALYZE executions');
    const [asked] = await explained(sql);
    expect(JSON.stringify(asked)).toContain('executions_open');

    const open = v7();
    await insertExecutions(sql, open, 1);
    const runner = sql.createQueryRunner();
    await runner.startTransaction();
    const before = await updates(runner);
    for (const status of ['accepted', 'downloading', 'installing', 'verifying'])
      await runner.query(`UPDATE executions SET status = $2, updated_at = now() WHERE job_id = $1`, [open, status]);
    const after = await updates(runner);
    await runner.rollbackTransaction();
    await runner.release();
    expect({ all: after.all - before.all, hot: after.hot - before.hot }).toEqual({ all: 4, hot: 4 });
  });
});

/** The plan of the question, as the service asks it. */
async function explained(source: DataSource): Promise<object[]> {
  const plans: object[] = [];
  const spy = {
    query: async (text: string, parameters: unknown[]) => {
      plans.push(await source.query<object[]>(`EXPLAIN (FORMAT JSON) ${text}`, parameters));
      return [];
    },
  };
  await new CountStuck(spy as unknown as DataSource).execute();
  return plans;
}

/** Updates of executions that this session has made and not yet told the server's statistics. */
async function updates(runner: QueryRunner): Promise<{ all: number; hot: number }> {
  const rows = (await runner.query(
    `SELECT pg_stat_get_xact_tuples_updated('executions'::regclass)::int AS all,
            pg_stat_get_xact_tuples_hot_updated('executions'::regclass)::int AS hot`,
  )) as { all: number; hot: number }[];
  return rows[0]!;
}

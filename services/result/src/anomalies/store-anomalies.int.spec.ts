import { EVENTS } from '@waybill/contracts';
import { Outbox } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import type { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { statusReport } from '../ingest/report.fixtures.spec.js';
import { takeOutbox } from '../specs/executions.fixtures.spec.js';
import { type ResultDatabase, resultDatabase } from '../specs/result-database.spec.js';
import { ListAnomalies } from './list-anomalies.query.js';
import { type Anomaly, StoreAnomalies } from './store-anomalies.js';

let database: ResultDatabase;
let sql: DataSource;
let store: StoreAnomalies;

beforeAll(async () => {
  database = await resultDatabase();
  sql = database.dataSource;
  store = new StoreAnomalies(new UnitOfWork(sql), new Outbox());
});
beforeEach(() => takeOutbox(sql));
afterAll(() => database.drop());

const anomaly = (jobId: string, computerId: string, seq: number): Anomaly => ({
  report: statusReport({ jobId, computerId, seq, logTail: 'log' }),
  kind: 'noExecution',
});

describe('anomalies', () => {
  it('are kept and told once when replicas hold the same reports in different orders', async () => {
    const jobId = v7();
    const some = Array.from({ length: 30 }, (_, index) => anomaly(jobId, v7(), index + 1));
    await Promise.all([some, some.toReversed(), some, some.toReversed()].map((batch) => store.execute(batch)));
    const { items } = await new ListAnomalies(sql).execute({ jobId, limit: 100 }, null);
    expect(items).toHaveLength(30);
    const told = await takeOutbox(sql);
    expect(told).toHaveLength(30);
    expect(told[0]).toMatchObject({ type: EVENTS.executionAnomaly, body: { jobId, kind: 'noExecution' } });
  });

  it('of one computer in one job are kept up to a limit, so that nobody fills the disk', async () => {
    const [jobId, computerId] = [v7(), v7()];
    for (let round = 0; round < 3; round++) {
      await store.execute(Array.from({ length: 50 }, (_, index) => anomaly(jobId, computerId, round * 50 + index + 1)));
    }
    const { items } = await new ListAnomalies(sql).execute({ jobId, limit: 1000 }, null);
    expect(items).toHaveLength(100);
  });

  it('of one computer in any number of jobs are kept up to a limit, the newest, and all are counted', async () => {
    const [broken, other] = [v7(), v7()];
    const kept = anomaly(v7(), other, 1);
    await store.execute([kept]);
    const jobs: string[] = [];
    for (let round = 0; round < 5; round++) {
      const some = Array.from({ length: 50 }, () => v7());
      jobs.push(...some);
      await store.execute(some.map((jobId) => anomaly(jobId, broken, 1)));
    }
    const { items } = await new ListAnomalies(sql).execute({ limit: 1000, filter: `computerId==${broken}` }, null);
    expect(items.map(({ jobId }) => jobId)).toEqual(jobs.slice(-100).toReversed());
    expect(new Set(items.map(({ computerTotal }) => computerTotal))).toEqual(new Set([250]));
    const others = await new ListAnomalies(sql).execute({ filter: `computerId==${other}` }, null);
    expect(others.items).toMatchObject([{ jobId: kept.report.jobId, computerTotal: 1 }]);
  });

  it('of one computer are told up to a limit in an hour, with room for those that are answered', async () => {
    const computerId = v7();
    const flood = (kind: Anomaly['kind']) =>
      store.execute(Array.from({ length: 80 }, () => ({ ...anomaly(v7(), computerId, 1), kind })));
    await flood('afterFinal');
    await flood('noExecution');
    await flood('noExecution');
    const kinds = async () => (await takeOutbox(sql)).map(({ body }) => body['kind']);
    const expected = [...Array<string>(50).fill('afterFinal'), ...Array<string>(50).fill('noExecution')];
    expect(await kinds()).toEqual(expected);
    await sql.query(`UPDATE anomaly_counters SET hour_began = now() - interval '61 minutes' WHERE computer_id = $1`, [
      computerId,
    ]);
    await flood('noExecution');
    expect(await kinds()).toHaveLength(80);
  });

  it('of two replicas for the same computers are all counted', async () => {
    const [one, two] = [v7(), v7()];
    const batch = () => Array.from({ length: 40 }, (_, n) => anomaly(v7(), n % 2 ? one : two, 1));
    await Promise.all(Array.from({ length: 8 }, () => store.execute(batch())));
    const { items } = await new ListAnomalies(sql).execute(
      { limit: 1000, filter: `computerId=in=(${one},${two})` },
      null,
    );
    expect(items).toHaveLength(200);
    expect(new Set(items.map(({ computerTotal }) => computerTotal))).toEqual(new Set([160]));
  });

  it('are listed newest first with the whole report, and can be filtered', async () => {
    const jobId = v7();
    const one = anomaly(jobId, v7(), 1);
    await store.execute([one, { ...anomaly(jobId, v7(), 2), kind: 'afterFinal' }]);
    const { items } = await new ListAnomalies(sql).execute({ jobId, filter: 'kind==noExecution' }, null);
    expect(items).toMatchObject([
      { jobId, attempt: 1, kind: 'noExecution', report: one.report, at: expect.any(String) },
    ]);
    await expect(new ListAnomalies(sql).execute({ jobId, filter: 'kind==odd' }, null)).rejects.toMatchObject({
      code: 'filter.value',
    });
  });
});

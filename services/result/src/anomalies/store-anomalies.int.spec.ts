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
    const { items } = await new ListAnomalies(sql).execute({ jobId, limit: 100 });
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
    const { items } = await new ListAnomalies(sql).execute({ jobId, limit: 1000 });
    expect(items).toHaveLength(100);
  });

  it('are listed newest first with the whole report, and can be filtered', async () => {
    const jobId = v7();
    const one = anomaly(jobId, v7(), 1);
    await store.execute([one, { ...anomaly(jobId, v7(), 2), kind: 'afterFinal' }]);
    const { items } = await new ListAnomalies(sql).execute({ jobId, filter: 'kind==noExecution' });
    expect(items).toMatchObject([
      { jobId, attempt: 1, kind: 'noExecution', report: one.report, at: expect.any(String) },
    ]);
    await expect(new ListAnomalies(sql).execute({ jobId, filter: 'kind==odd' })).rejects.toMatchObject({
      code: 'filter.value',
    });
  });
});

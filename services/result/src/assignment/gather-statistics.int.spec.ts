import { Outbox } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { eventually } from '@waybill/testing';
import type { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { resultDatabase } from '../specs/result-database.spec.js';
import { AssignTargets } from './assign-targets.handler.js';
import { GatherStatistics } from './gather-statistics.js';

let database: Awaited<ReturnType<typeof resultDatabase>>;
let sql: DataSource;
let assign: AssignTargets;

beforeAll(async () => {
  database = await resultDatabase();
  sql = database.dataSource;
  assign = new AssignTargets(new UnitOfWork(sql), new Outbox(), new GatherStatistics(sql));
});
afterAll(() => database.drop());

/** One computer in each chunk. */
async function assignChunk(jobId: string, chunk: number, chunks: number): Promise<void> {
  const targets = [{ computerId: v7(), name: `pc-${chunk}`, online: true }];
  await assign.execute({
    v: 1,
    jobId,
    run: 1,
    chunk,
    chunks,
    total: chunks,
    expiresAt: '2026-09-30T00:00:00Z',
    targets,
  });
}

/** How often somebody asked for statistics of `executions`; autovacuum does not count. */
async function analyzed(): Promise<number> {
  const [row] = await sql.query<{ times: number }[]>(
    `SELECT analyze_count::int AS times FROM pg_stat_user_tables WHERE relid = 'executions'::regclass`,
  );
  return row!.times;
}

describe('statistics of new tables', () => {
  it('are gathered when the first run is ready, and not again for the next', async () => {
    const first = v7();
    await assignChunk(first, 0, 2);
    expect(await analyzed()).toBe(0);
    await assignChunk(first, 1, 2);
    await eventually(async () => expect(await analyzed()).toBe(1));
    await assignChunk(v7(), 0, 1);
    await sql.query('SELECT pg_stat_force_next_flush()');
    expect(await analyzed()).toBe(1);
  });

  it('are nobody’s reason to fail', async () => {
    const broken = new GatherStatistics({ query: () => Promise.reject(new Error('down')) } as unknown as DataSource);
    await expect(broken.execute()).resolves.toBeUndefined();
  });
});

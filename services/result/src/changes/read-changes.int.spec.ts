import type { ExecutionChanges, StatusReport } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import type { DataSource, QueryRunner } from 'typeorm';
import { v7 } from 'uuid';
import { coalesceReports } from '../ingest/coalesce-reports.js';
import { statusReport } from '../ingest/report.fixtures.spec.js';
import { ingestBatch } from '../ingest/reports.repository.js';
import { insertExecutions } from '../specs/executions.fixtures.spec.js';
import { resultDatabase } from '../specs/result-database.spec.js';
import { ForgetChanges } from './forget-changes.js';
import { ReadChanges } from './read-changes.query.js';

let database: Awaited<ReturnType<typeof resultDatabase>>;
let sql: DataSource;
let changes: ReadChanges;

beforeAll(async () => {
  database = await resultDatabase();
  sql = database.dataSource;
  changes = new ReadChanges(sql);
});
afterAll(() => database.drop());

const ingest = (on: DataSource | QueryRunner, ...reports: StatusReport[]) => ingestBatch(on, coalesceReports(reports));

/** Reads to the end, page by page. */
async function follow(
  jobId: string,
  position: string,
  limit = 2,
): Promise<{ items: ExecutionChanges['items']; position: string }> {
  const items: ExecutionChanges['items'] = [];
  for (let more = true; more;) {
    const page = await changes.execute({ jobId, position, limit });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    ({ position, more } = page);
  }
  return { items, position };
}

/**
 * Follows until that many executions came. A transaction of anybody on the server (another spec, too) holds the feed back while it runs;
 * nothing is lost by it.
 */
async function followUntil(
  jobId: string,
  from: string,
  count: number,
): Promise<{ items: ExecutionChanges['items']; position: string }> {
  const items: ExecutionChanges['items'] = [];
  let position = from;
  await eventually(async () => {
    const page = await follow(jobId, position);
    items.push(...page.items);
    position = page.position;
    expect(new Set(items.map(({ computerId }) => computerId)).size).toBe(count);
  });
  return { items, position };
}

async function job(count: number): Promise<{ jobId: string; computers: string[]; position: string }> {
  const jobId = v7();
  const computers = await insertExecutions(sql, jobId, count);
  const { items, position, more } = await changes.execute({ jobId, limit: 10 });
  expect([items, more]).toEqual([[], false]);
  return { jobId, computers, position };
}

describe('the feed of changes', () => {
  it('begins now and gives each change once, newest state only', async () => {
    const { jobId, computers, position } = await job(5);
    await ingest(
      sql,
      ...computers.map((computerId) => statusReport({ jobId, computerId, seq: 1, status: 'accepted' })),
    );
    await ingest(sql, statusReport({ jobId, computerId: computers[0], seq: 2, status: 'installing' }));
    const first = await followUntil(jobId, position, 5);
    expect(new Set(first.items.map(({ computerId }) => computerId))).toEqual(new Set(computers));
    expect(first.items.findLast(({ computerId }) => computerId === computers[0])).toMatchObject({
      status: 'installing',
    });
    let at = first.position;
    await eventually(async () => {
      const next = await follow(jobId, at);
      at = next.position;
      expect(next.items).toEqual([]);
    });
  });

  it('misses nothing when a transaction that began earlier commits later', async () => {
    const { jobId, computers, position } = await job(2);
    const slow = sql.createQueryRunner();
    await slow.startTransaction();
    await ingest(slow, statusReport({ jobId, computerId: computers[0] }));
    await ingest(sql, statusReport({ jobId, computerId: computers[1] }));

    const meanwhile = await follow(jobId, position);
    expect(meanwhile.items).toEqual([]);
    await slow.commitTransaction();
    await slow.release();

    const after = await followUntil(jobId, meanwhile.position, 2);
    expect(after.items.map(({ computerId }) => computerId).sort()).toEqual(computers);
  });

  it('misses nothing while many writers commit in any order', async () => {
    const { jobId, computers, position } = await job(60);
    const writers = computers.map(async (computerId, index) => {
      const runner = sql.createQueryRunner();
      await runner.startTransaction();
      await ingest(runner, statusReport({ jobId, computerId }));
      await runner.query(`SELECT pg_sleep($1)`, [((index * 7) % 10) / 100]);
      await (index % 6 === 0 ? runner.rollbackTransaction() : runner.commitTransaction());
      await runner.release();
    });
    const seen = new Set<string>();
    let at = position;
    let writing = true;
    const all = Promise.all(writers).then(() => (writing = false));
    do {
      const page = await follow(jobId, at, 7);
      at = page.position;
      page.items.forEach(({ computerId }) => seen.add(computerId));
    } while (writing);
    await all;
    const committed = computers.filter((_id, index) => index % 6 !== 0);
    await eventually(async () => {
      (await follow(jobId, at, 7)).items.forEach(({ computerId }) => seen.add(computerId));
      expect([...seen].sort()).toEqual(committed);
    });
  });

  it('refuses a position that was made up or is older than what is kept', async () => {
    const { jobId, computers, position } = await job(1);
    await ingest(sql, statusReport({ jobId, computerId: computers[0] }));
    await expect(changes.execute({ jobId, position: 'yesterday', limit: 1 })).rejects.toMatchObject({
      code: 'changes.position',
    });
    await new ForgetChanges(sql).execute('0 seconds');
    await expect(changes.execute({ jobId, position, limit: 1 })).rejects.toMatchObject({
      kind: 'precondition',
      code: 'changes.forgotten',
    });
    await eventually(async () => {
      const now = await changes.execute({ jobId, limit: 1 });
      expect(await follow(jobId, now.position)).toMatchObject({ items: [] });
    });
  });
});

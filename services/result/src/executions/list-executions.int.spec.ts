import type { ExecutionView, PageQuery } from '@waybill/contracts';
import type { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { coalesceReports } from '../ingest/coalesce-reports.js';
import { statusReport } from '../ingest/report.fixtures.spec.js';
import { ingestBatch } from '../ingest/reports.repository.js';
import { insertExecutions } from '../specs/executions.fixtures.spec.js';
import { resultDatabase } from '../specs/result-database.spec.js';
import { ListExecutions } from './list-executions.query.js';
import { OpenOfComputer } from './open-of-computer.query.js';

let database: Awaited<ReturnType<typeof resultDatabase>>;
let sql: DataSource;
let list: ListExecutions;
const jobId = v7();
let computers: string[];

beforeAll(async () => {
  database = await resultDatabase();
  sql = database.dataSource;
  list = new ListExecutions(sql);
  computers = await insertExecutions(sql, jobId, 30);
  const reports = computers.slice(0, 9).map((computerId, index) =>
    statusReport({
      jobId,
      computerId,
      status: (['failed', 'rejected', 'installing'] as const)[index % 3],
      reason: index % 3 === 0 ? 'install.exitCode' : 'requirement.disk',
      exitCode: index,
    }),
  );
  await ingestBatch(sql, coalesceReports(reports));
});
afterAll(() => database.drop());

/** Every page, as the CSV and NDJSON reports of the gateway read it. */
async function all(query: PageQuery): Promise<ExecutionView[]> {
  const items: ExecutionView[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await list.ofJob({ jobId, ...query, cursor });
    items.push(...page.items);
    if (page.nextCursor === null) return items;
    cursor = page.nextCursor;
  }
}

describe('the list of a job’s executions', () => {
  it.each(['computerId', '-computerId', 'computerName', '-computerName', 'updatedAt', '-updatedAt'])(
    'by %s gives each once over all pages',
    async (sort) => {
      const items = await all({ sort, limit: 7 });
      expect(items).toHaveLength(30);
      expect(new Set(items.map(({ computerId }) => computerId)).size).toBe(30);
      const values = items.map((item) => item[sort.replace('-', '') as 'computerId' | 'computerName' | 'updatedAt']);
      const ascending = [...values].sort();
      expect(values).toEqual(sort.startsWith('-') ? ascending.reverse() : ascending);
    },
  );

  it.each([
    ['status==failed', 3],
    ['status=in=(failed,rejected)', 6],
    ['status=in=(failed,installing)', 6],
    ['status!=failed', 27],
    ['status=out=(failed,rejected)', 24],
    ['reason==requirement.*', 6],
    ['exitCode>=3', 6],
    ['attempt==1', 30],
    ['computerName==pc-1*', 11],
    ['status==queued;computerName==pc-2*', 10],
  ])('filters by %s', async (filter, count) => {
    expect(await all({ filter, limit: 4 })).toHaveLength(count);
  });

  it('finds one computer', async () => {
    expect(await all({ filter: `computerId==${computers[4]}` })).toMatchObject([
      { computerId: computers[4], status: 'rejected', exitCode: 4 },
    ]);
  });

  it.each([
    [{ filter: 'colour==red' }, 'filter.unknownField'],
    [{ filter: 'status==done' }, 'filter.value'],
    [{ sort: 'reason' }, 'sort.unknownField'],
    [{ cursor: 'bWFkZSB1cA' }, 'cursor.invalid'],
    [{ limit: 1001 }, 'limit.range'],
  ])('refuses %j', async (query, code) => {
    await expect(list.ofJob({ jobId, ...query })).rejects.toMatchObject({ code });
  });

  it('takes the failed of many out of an index', async () => {
    const plan = await sql.transaction(async (manager) => {
      await manager.query(`SET LOCAL enable_seqscan = off`);
      return manager.query<{ 'QUERY PLAN': string }[]>(
        `EXPLAIN SELECT 1 FROM executions e WHERE e.job_id = $1 AND e.run = 1 AND e.final_status = 'failed' ORDER BY e.computer_id LIMIT 100`,
        [jobId],
      );
    });
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('executions_final');
  });
});

describe('what one computer has', () => {
  it('is listed newest job first and says what is open', async () => {
    const computerId = computers[0]!;
    const newer = v7();
    await insertExecutions(sql, newer, 1);
    await sql.query(`UPDATE executions SET computer_id = $1 WHERE job_id = $2`, [computerId, newer]);
    const { items } = await list.ofComputer({ computerId }, null);
    expect(items.map((item) => item.jobId)).toEqual([newer, jobId]);
    const failed = await list.ofComputer({ computerId, filter: 'status==failed' }, null);
    expect(failed.items.map((item) => item.jobId)).toEqual([jobId]);
    expect(await new OpenOfComputer(sql).execute(computerId)).toEqual({
      executions: [{ jobId: newer, run: 1, attempt: 1, status: 'queued' }],
    });
  });
});

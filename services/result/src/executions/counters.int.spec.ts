import { EXECUTION_STATUSES } from '@waybill/contracts';
import { Inbox, Outbox } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { CancelRun } from '../cancellation/cancel-run.handler.js';
import { EndGrace } from '../cancellation/end-grace.js';
import { RemoveComputer } from '../cancellation/remove-computer.handler.js';
import { coalesceReports } from '../ingest/coalesce-reports.js';
import { statusReport } from '../ingest/report.fixtures.spec.js';
import { ingestBatch } from '../ingest/reports.repository.js';
import { FlushProgress } from '../progress/flush-progress.js';
import { ReopenExecutionsHandler } from '../reopening/reopen-executions.handler.js';
import { ResultConfig } from '../result.config.js';
import { counters, insertExecutions, takeOutbox } from '../specs/executions.fixtures.spec.js';
import { type ResultDatabase, resultDatabase } from '../specs/result-database.spec.js';

let database: ResultDatabase;
let sql: DataSource;

beforeAll(async () => {
  database = await resultDatabase();
  sql = database.dataSource;
});
afterAll(() => database.drop());

const COMPUTERS = 8;

/** Something that happens to a job. */
type Step =
  | { kind: 'reports'; reports: { computer: number; attempt: number; seq: number; status: number }[] }
  | { kind: 'cancel' | 'expire' | 'sweep' | 'reopen' | 'flush' }
  | { kind: 'remove'; computer: number };

const report = fc.record({
  computer: fc.nat({ max: COMPUTERS - 1 }),
  attempt: fc.integer({ min: 1, max: 3 }),
  seq: fc.integer({ min: 1, max: 8 }),
  status: fc.nat({ max: EXECUTION_STATUSES.length - 1 }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('reports' as const), reports: fc.array(report, { maxLength: 12 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('cancel', 'expire', 'sweep', 'reopen', 'flush') }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('remove' as const), computer: fc.nat({ max: COMPUTERS - 1 }) }),
  },
);

/** A job to which steps happen. */
async function job() {
  const jobId = v7();
  const computers = await insertExecutions(sql, jobId, COMPUTERS);
  const unitOfWork = new UnitOfWork(sql);
  const cancel = new CancelRun(unitOfWork, new Inbox(), Object.assign(new ResultConfig(), { cancelGraceSeconds: 0 }));
  let attempt = 1;
  const run = async (one: Step): Promise<unknown> => {
    switch (one.kind) {
      case 'reports': {
        const reports = one.reports.map(({ computer, status, ...fields }) =>
          statusReport({
            ...fields,
            jobId,
            computerId: computers[computer],
            status: EXECUTION_STATUSES[status],
            evidence: 'found',
          }),
        );
        return ingestBatch(sql, coalesceReports(reports));
      }
      case 'cancel':
      case 'expire': {
        const status = one.kind === 'cancel' ? 'canceled' : 'expired';
        return cancel.execute({ v: 1, jobId, run: 1, status, reason: '', at: '2026-09-01T00:00:00Z' }, v7());
      }
      case 'sweep':
        return new EndGrace(unitOfWork).next();
      case 'reopen':
        return new ReopenExecutionsHandler(unitOfWork).execute({
          requestId: v7(),
          jobId,
          run: 1,
          only: 'unsuccessful',
          attempt: ++attempt,
        });
      case 'flush':
        return new FlushProgress(unitOfWork, new Outbox()).round();
      case 'remove':
        return new RemoveComputer(unitOfWork).execute({
          v: 1,
          computerId: computers[one.computer]!,
          at: '2026-09-01T00:00:00Z',
        });
    }
  };
  return { jobId, run };
}

/** Two re-executions at once may ask for the same or an older attempt; the service refuses one, as it must. */
function unlessTaken(error: unknown): void {
  if ((error as { code?: string }).code !== 'execution.attemptTaken') throw error;
}

describe('counters', () => {
  it('are what the executions say, whatever happens to a job and in whatever order, two things at a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, step), { minLength: 1, maxLength: 10 }), async (pairs) => {
        const { jobId, run } = await job();
        for (const pair of pairs) await Promise.all(pair.map((one) => run(one).catch(unlessTaken)));
        const rows = await sql.query<{ status: string; count: number }[]>(
          `SELECT status, count(*)::int AS count FROM executions WHERE job_id = $1 GROUP BY status`,
          [jobId],
        );
        const counted = await counters(sql, jobId);
        expect(counted).toEqual(Object.fromEntries(rows.map(({ status, count }) => [status, count])));
        expect(Object.values(counted).reduce((sum, count) => sum + count, 0)).toBe(COMPUTERS);
      }),
      { seed: 2026, numRuns: 40 },
    );
    for (const { body } of await takeOutbox(sql)) {
      const told = Object.values(body['counters'] as Record<string, number>);
      expect(told.reduce((sum, count) => sum + count, 0)).toBe(body['total']);
      expect(Math.min(...told)).toBeGreaterThanOrEqual(0);
    }
  });
});

import { EXECUTION_STATUSES, isFinal, type StatusReport } from '@waybill/contracts';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { counters, insertExecutions, setState } from '../specs/executions.fixtures.spec.js';
import { resultDatabase } from '../specs/result-database.spec.js';
import { coalesceReports } from './coalesce-reports.js';
import { JUDGE_CASES } from './judge-report.cases.spec.js';
import { type AttemptState, judgeReport, type Verdict } from './judge-report.js';
import { statusReport } from './report.fixtures.spec.js';
import { ingestBatch } from './reports.repository.js';

let database: Awaited<ReturnType<typeof resultDatabase>>;
let sql: DataSource;

beforeAll(async () => {
  database = await resultDatabase();
  sql = database.dataSource;
});
afterAll(() => database.drop());

const ingest = (...reports: StatusReport[]) => ingestBatch(sql, coalesceReports(reports));

async function current(report: StatusReport): Promise<Record<string, unknown> | undefined> {
  const key = [report.jobId, report.run, report.computerId];
  const rows = await sql.query<Record<string, unknown>[]>(
    `SELECT attempt, seq, status, presumed, reason, message, exit_code, started_at, finished_at FROM executions
     WHERE job_id = $1 AND run = $2 AND computer_id = $3`,
    key,
  );
  return rows[0];
}

async function past(report: StatusReport): Promise<Record<string, unknown> | undefined> {
  const rows = await sql.query<Record<string, unknown>[]>(
    `SELECT attempt, seq, status, presumed FROM past_attempts WHERE job_id = $1 AND run = $2 AND computer_id = $3 AND attempt = $4`,
    [report.jobId, report.run, report.computerId, report.attempt],
  );
  return rows[0];
}

async function details(report: StatusReport): Promise<Record<string, unknown> | undefined> {
  const rows = await sql.query<Record<string, unknown>[]>(
    `SELECT steps, log_tail, evidence FROM attempt_details WHERE job_id = $1 AND computer_id = $2 AND attempt = $3`,
    [report.jobId, report.computerId, report.attempt],
  );
  return rows[0];
}

async function changeRows(jobId: string): Promise<number> {
  const [row] = await sql.query<{ n: number }[]>(`SELECT count(*)::int AS n FROM execution_changes WHERE job_id = $1`, [
    jobId,
  ]);
  return row!.n;
}

describe('the batch statement', () => {
  it.each(JUDGE_CASES)(
    'agrees with the rule: $title → $verdict',
    async ({ current: now, past: earlier, report: said, verdict }) => {
      const jobId = v7();
      const [computerId] = await insertExecutions(sql, jobId, now ? 1 : 0);
      const report = statusReport({
        jobId,
        computerId: computerId ?? v7(),
        attempt: said.attempt,
        seq: said.seq,
        status: said.status,
        evidence: said.evidenced ? 'dpkg says installed' : null,
      });
      if (now) await setState(sql, report, now);
      if (earlier) await setState(sql, report, earlier, 'past');
      const before = await current(report);

      const anomalies = await ingest(report);

      expect(anomalies.map(({ kind }) => kind)).toEqual(
        ['apply', 'history', 'ignore'].includes(verdict) ? [] : [verdict],
      );
      const after = await current(report);
      if (verdict === 'apply') expect(after).toMatchObject({ seq: said.seq, status: said.status, presumed: false });
      else expect(after).toEqual(before);
      if (verdict === 'history')
        expect(await past(report)).toMatchObject({ seq: said.seq, status: said.status, presumed: false });
      else if (earlier)
        expect(await past(report)).toMatchObject({
          attempt: earlier.attempt,
          seq: earlier.seq,
          status: earlier.status,
        });
      expect(await changeRows(jobId)).toBe(verdict === 'apply' ? 1 : 0);
      if (after) expect(await counters(sql, jobId)).toEqual({ [after['status'] as string]: 1 });
    },
  );

  it('coalesces to what one report after the other would make, for any reports in order', async () => {
    const reports = fc.array(
      fc.record({
        status: fc.constantFrom(...EXECUTION_STATUSES),
        attempt: fc.integer({ min: 1, max: 3 }),
        evidenced: fc.boolean(),
        presumed: fc.boolean(),
      }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(
        reports,
        fc.constantFrom(...EXECUTION_STATUSES),
        fc.boolean(),
        async (said, status, presumed) => {
          const jobId = v7();
          const [computerId] = await insertExecutions(sql, jobId, 1);
          const start: AttemptState = {
            attempt: 2,
            lastAttempt: 2,
            seq: 0,
            status,
            presumed: presumed && isFinal(status),
          };
          await setState(sql, statusReport({ jobId, computerId }), start);
          let expected = start;
          const verdicts: Verdict[] = [];
          const batch = said.map((one, index) => {
            const verdict = judgeReport(expected, null, { ...one, seq: index + 1 });
            verdicts.push(verdict);
            if (verdict === 'apply') expected = { ...start, seq: index + 1, status: one.status, presumed: false };
            const evidence = one.evidenced ? 'found' : null;
            return statusReport({
              jobId,
              computerId,
              attempt: one.attempt,
              seq: index + 1,
              status: one.status,
              evidence,
            });
          });
          const anomalies = await ingest(...batch);
          const after = await current(batch[0]!);
          expect(after).toMatchObject({ status: expected.status, presumed: expected.presumed });
          expect(await counters(sql, jobId)).toEqual({ [expected.status]: 1 });
          // unknown attempts are coalesced too; each kind that one by one shows, the batch shows
          expect(new Set(anomalies.map(({ kind }) => kind))).toEqual(
            new Set(verdicts.filter((verdict) => !['apply', 'history', 'ignore'].includes(verdict))),
          );
        },
      ),
      { seed: 11, numRuns: 60 },
    );
  });

  it('keeps times: started at the first word, finished at the end', async () => {
    const jobId = v7();
    const [computerId] = await insertExecutions(sql, jobId, 1);
    const say = (seq: number, status: StatusReport['status'], at: string) =>
      statusReport({ jobId, computerId, seq, status, at, exitCode: null });
    await ingest(say(2, 'downloading', '2026-09-01T00:00:02Z'), say(1, 'accepted', '2026-09-01T00:00:01Z'));
    await ingest({
      ...say(3, 'failed', '2026-09-01T00:00:03Z'),
      reason: 'install.exitCode',
      exitCode: 4294967295,
      message: 'It said "no", {1,2} \\ NULL',
    });
    expect(await current(say(1, 'failed', ''))).toMatchObject({
      reason: 'install.exitCode',
      message: 'It said "no", {1,2} \\ NULL',
      exit_code: '4294967295',
      started_at: new Date('2026-09-01T00:00:01Z'),
      finished_at: new Date('2026-09-01T00:00:03Z'),
    });
  });

  it('keeps steps, log and evidence whatever the order of arrival, and writes nothing for a replay', async () => {
    const jobId = v7();
    const [computerId] = await insertExecutions(sql, jobId, 1);
    const steps = [{ name: 'install', startedAt: '2026-09-01T00:00:00Z', detail: 'wrote "x"' }];
    const early = statusReport({
      jobId,
      computerId,
      seq: 1,
      status: 'installing',
      logTail: 'unpacking…\n{"a"}',
      steps: [],
    });
    const late = statusReport({ jobId, computerId, seq: 2, status: 'succeeded', evidence: 'found', steps });
    await ingest(late);
    await ingest(early);
    expect(await details(early)).toEqual({ steps, log_tail: 'unpacking…\n{"a"}', evidence: 'found' });

    const version = () => sql.query(`SELECT xmin FROM attempt_details WHERE job_id = $1`, [jobId]);
    const before = await version();
    await ingest(late, early);
    await ingest(early);
    expect(await version()).toEqual(before);
    expect(await changeRows(jobId)).toBe(1);
  });

  it('handles reports of many jobs, runs and computers in one batch', async () => {
    const jobs = [v7(), v7(), v7()];
    const reports: StatusReport[] = [];
    for (const jobId of jobs) {
      for (const computerId of await insertExecutions(sql, jobId, 20))
        reports.push(statusReport({ jobId, computerId, status: 'installing' }));
    }
    expect(await ingest(...reports, statusReport({ jobId: v7() }))).toMatchObject([{ kind: 'noExecution' }]);
    for (const jobId of jobs) expect(await counters(sql, jobId)).toEqual({ installing: 20 });
  });

  describe('of computers that try again by themselves', () => {
    const RETRY_AT = '2026-09-01T00:05:00.000Z';
    let report: (fields: Partial<StatusReport>) => StatusReport;
    let jobId: string;

    beforeEach(async () => {
      jobId = v7();
      const [computerId] = await insertExecutions(sql, jobId, 1);
      await sql.query(`UPDATE executions SET attempts = 3 WHERE job_id = $1`, [jobId]);
      report = (fields) => statusReport({ jobId, computerId, ...fields });
    });

    const failure = () =>
      report({
        seq: 4,
        status: 'failed',
        reason: 'install.exitCode',
        message: 'It was 1618.',
        exitCode: 1618,
        retryAt: RETRY_AT,
      });

    it('never ends before the last attempt has, and keeps how each one ended', async () => {
      await ingest(report({ seq: 3, status: 'installing' }));
      expect(await ingest(failure())).toEqual([]);
      expect(await current(failure())).toMatchObject({
        attempt: 2,
        seq: 0,
        status: 'waiting',
        reason: 'retry',
        exit_code: null,
      });
      expect((await current(failure()))!['message']).toBe(
        `Attempt 2 begins at ${RETRY_AT}; attempt 1 has failed: It was 1618.`,
      );
      expect(await counters(sql, jobId)).toEqual({ waiting: 1 });
      expect(await past(failure())).toEqual({ attempt: 1, seq: 4, status: 'failed', presumed: false });
      // the same again, and what came before it
      expect(await ingest(failure(), report({ seq: 2, status: 'downloading' }))).toEqual([]);
      expect(await current(failure())).toMatchObject({ attempt: 2, status: 'waiting' });

      await ingest(report({ attempt: 2, seq: 5, status: 'failed', retryAt: RETRY_AT }));
      await ingest(report({ attempt: 3, seq: 5, status: 'failed' }));
      expect(await current(failure())).toMatchObject({ attempt: 3, status: 'failed' });
      expect(await counters(sql, jobId)).toEqual({ failed: 1 });
    });

    it('takes no further attempt for granted after the last one', async () => {
      await ingest(report({ attempt: 3, seq: 1, status: 'failed', retryAt: RETRY_AT }));
      expect(await current(failure())).toMatchObject({ attempt: 3, status: 'failed' });
    });

    it('keeps the end of an attempt that comes after the first word of the next', async () => {
      await ingest(report({ seq: 3, status: 'installing' }));
      await ingest(report({ attempt: 3, seq: 1, status: 'downloading' }));
      expect(await past(failure())).toMatchObject({ attempt: 1, seq: 3, status: 'installing' });
      await ingest(failure(), report({ attempt: 2, seq: 2, status: 'failed', retryAt: RETRY_AT }));
      expect(await past(failure())).toMatchObject({ attempt: 1, seq: 4, status: 'failed' });
      expect(await past(report({ attempt: 2 }))).toMatchObject({ attempt: 2, seq: 2, status: 'failed' });
      expect(await current(failure())).toMatchObject({ attempt: 3, seq: 1, status: 'downloading' });
      expect(await counters(sql, jobId)).toEqual({ downloading: 1 });
    });

    it('applies the words of several attempts that come in one batch, in whatever order', async () => {
      await ingest(report({ attempt: 2, seq: 1, status: 'waiting', reason: 'retry' }), failure());
      expect(await current(failure())).toMatchObject({ attempt: 2, seq: 1, status: 'waiting', reason: 'retry' });
      expect(await past(failure())).toMatchObject({ attempt: 1, seq: 4, status: 'failed' });
    });

    it('does not begin again what was closed meanwhile', async () => {
      await setState(sql, failure(), { attempt: 1, lastAttempt: 3, seq: 2, status: 'canceled', presumed: true });
      await ingest(failure());
      expect(await current(failure())).toMatchObject({ attempt: 1, status: 'failed' });
      expect(await counters(sql, jobId)).toEqual({ failed: 1 });
    });
  });
});

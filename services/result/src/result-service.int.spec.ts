import { EVENTS, type ExecutionStatus, RESULT_RPC, type StatusReport } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import fc from 'fast-check';
import { v7 } from 'uuid';
import { statusReport } from './ingest/report.fixtures.spec.js';
import { counters } from './specs/executions.fixtures.spec.js';
import { type ResultReplicas, startResult } from './specs/result-replicas.spec.js';

let result: ResultReplicas;

beforeAll(async () => {
  result = await startResult(2);
});
afterAll(() => result.stop());

/** Assigns a job to computers, as the scheduler does, and waits until the service says that it may begin. */
async function startJob(count: number): Promise<{ jobId: string; computers: string[] }> {
  const jobId = v7();
  const computers = Array.from({ length: count }, () => v7());
  const targets = computers.map((computerId, index) => ({ computerId, name: `pc-${index}`, online: true }));
  const expiresAt = '2026-09-30T00:00:00Z';
  await result.tell(EVENTS.jobTargetsAssigned, {
    v: 1,
    jobId,
    run: 1,
    chunk: 0,
    chunks: 1,
    total: count,
    expiresAt,
    targets,
  });
  await eventually(async () => expect(await eventsOf(jobId, EVENTS.jobExecutionsReady)).toHaveLength(1));
  return { jobId, computers };
}

const heard: { type: string; body: Record<string, unknown>; at: number }[] = [];

/** Events of a job that the scheduler has been told so far. */
async function eventsOf(jobId: string, type: string): Promise<{ body: Record<string, unknown>; at: number }[]> {
  for (const message of await result.take('services', 'job-scheduler.progress')) {
    heard.push({
      type: message.type,
      body: JSON.parse(message.body.toString()) as Record<string, unknown>,
      at: Date.now(),
    });
  }
  return heard.filter((event) => event.type === type && event.body['jobId'] === jobId);
}

/** All that one agent says about one attempt, in order. */
function story(jobId: string, computerId: string, end: ExecutionStatus): StatusReport[] {
  const words: ExecutionStatus[] = ['accepted', 'downloading', 'installing', 'verifying', end];
  return words.map((status, index) =>
    statusReport({
      jobId,
      computerId,
      seq: index + 1,
      status,
      evidence: status === 'succeeded' ? 'found' : null,
      reason: status === 'failed' ? 'install.exitCode' : null,
    }),
  );
}

describe('the result service', () => {
  it('follows a job from its targets to its end and tells the scheduler', async () => {
    const { jobId, computers } = await startJob(3);
    const ends: ExecutionStatus[] = ['succeeded', 'succeeded', 'failed'];
    for (const [index, computerId] of computers.entries())
      for (const report of story(jobId, computerId, ends[index]!)) await result.report(report);
    const last = await eventually(async () => {
      const events = await eventsOf(jobId, EVENTS.jobProgressed);
      expect(events.at(-1)?.body).toMatchObject({ finished: 3 });
      return events.at(-1)!.body;
    });
    expect(last).toMatchObject({
      v: 1,
      run: 1,
      total: 3,
      attempt: 1,
      counters: { succeeded: 2, failed: 1, queued: 0 },
    });

    const { items } = await result.rpc.call(RESULT_RPC.jobSummary, { jobIds: [v7(), jobId] });
    expect(items).toMatchObject([null, { jobId, run: 1, total: 3, finished: 3 }]);
    const failed = await result.rpc.call(RESULT_RPC.list, { jobId, filter: 'status==failed' });
    expect(failed.items).toMatchObject([
      { computerId: computers[2], reason: 'install.exitCode', message: expect.stringContaining('exit code') },
    ]);
    const open = await result.rpc.call(RESULT_RPC.openOfComputer, { computerId: computers[0]! });
    expect(open).toEqual({ executions: [] });
  });

  it('buries the bad messages of a batch with the reason, and only those', async () => {
    const { jobId, computers } = await startJob(2);
    const [mine, other] = computers as [string, string];
    const report = statusReport({ jobId, computerId: mine, status: 'installing' });
    const forged = { ...report, computerId: other };
    await Promise.all([
      result.report(report, { content: Buffer.from('{"v":1'), messageId: 'not-json' }),
      result.report(report, { content: Buffer.from([0xff, 0xfe]), messageId: 'not-utf8' }),
      result.report(report, { userId: null, messageId: 'no-user' }),
      result.report(forged, { userId: `a-${mine}`, messageId: 'foreign-user' }),
      result.report(report, { routingKey: `a-${other}.status.v1`, messageId: 'foreign-key' }),
      result.report({ ...report, attempts: 1 } as never, { messageId: 'unknown-field' }),
      result.report(report),
      result.report(statusReport({ jobId: v7(), computerId: mine, seq: 9 })),
    ]);
    await eventually(async () => expect(await counters(result.sql, jobId)).toEqual({ queued: 1, installing: 1 }));
    const dead: Record<string, unknown> = {};
    await eventually(async () => {
      for (const { id, headers } of await result.take('agents', 'reports.status.dead'))
        dead[id] = headers['x-waybill-reason'];
      expect(Object.keys(dead)).toHaveLength(6);
    });
    expect(dead).toEqual({
      'not-json': expect.stringContaining('report.notJson'),
      'not-utf8': expect.stringContaining('report.notUtf8'),
      'no-user': expect.stringContaining('report.forged: the message names no user'),
      'foreign-user': expect.stringContaining('report.forged: user'),
      'foreign-key': expect.stringContaining('report.forged: routing key'),
      'unknown-field': expect.stringContaining('unknown field "attempts"'),
    });
  });

  it('keeps an anomaly once, tells it once, and applies nothing of it', async () => {
    const { jobId, computers } = await startJob(1);
    const strange = [
      statusReport({ jobId, computerId: computers[0], attempt: 7 }),
      statusReport({ jobId, computerId: computers[0], status: 'succeeded' }),
      statusReport({ jobId, computerId: v7() }),
    ];
    for (const report of [...strange, ...strange]) await result.report(report);
    await eventually(async () => {
      const { items } = await result.rpc.call(RESULT_RPC.anomalies, { jobId, sort: '-at' });
      expect(items.map(({ kind }) => kind).sort()).toEqual(['noEvidence', 'noExecution', 'unknownAttempt']);
      expect(await eventsOf(jobId, EVENTS.executionAnomaly)).toHaveLength(3);
    });
    expect(await counters(result.sql, jobId)).toEqual({ queued: 1 });
  });

  it('lets a refused command end nothing: what its computer then does of the genuine one is applied', async () => {
    const { jobId, computers } = await startJob(3);
    const [obeyed, waiting, began] = computers as [string, string, string];
    const message = 'The agent refused the command because its proof of origin does not hold. (unknown key x)';
    const refusal = (computerId: string, more: Partial<StatusReport> = {}) =>
      statusReport({ jobId, computerId, status: 'rejected', reason: 'command.refused', message, ...more });
    await result.report(statusReport({ jobId, computerId: began, status: 'installing' }));
    await eventually(async () => expect(await counters(result.sql, jobId)).toEqual({ queued: 2, installing: 1 }));
    const stranger = v7();
    const refusals = [...computers, stranger].map((computerId) => refusal(computerId));
    for (const report of [...refusals, refusal(obeyed, { attempt: 99 }), ...refusals]) await result.report(report);
    await eventually(async () => {
      const { items } = await result.rpc.call(RESULT_RPC.anomalies, { jobId });
      expect(items.map(({ kind, attempt }) => [kind, attempt]).sort()).toEqual([
        ['commandRefused', 1],
        ['commandRefused', 1],
        ['commandRefused', 1],
        ['commandRefused', 1],
        ['commandRefused', 99],
      ]);
    });
    const view = (computerId: string) => result.rpc.call(RESULT_RPC.get, { jobId, computerId });
    // shown where it is the last word, and it is no end
    const shown = { status: 'queued', reason: 'command.refused', message };
    await eventually(async () => expect(await view(waiting)).toMatchObject(shown));
    expect(await view(began)).toMatchObject({ status: 'installing', reason: null });
    expect(await counters(result.sql, jobId)).toEqual({ queued: 2, installing: 1 });
    // the genuine command's first report has the number that the refusal had
    for (const report of story(jobId, obeyed, 'succeeded')) await result.report(report);
    await result.report(statusReport({ jobId, computerId: began, seq: 2, status: 'failed' }));
    await eventually(async () =>
      expect(await counters(result.sql, jobId)).toEqual({ queued: 1, succeeded: 1, failed: 1 }),
    );
    expect(await view(obeyed)).toMatchObject({ status: 'succeeded', reason: null });
    const told = await eventsOf(jobId, EVENTS.executionAnomaly);
    expect(new Set(told.map(({ body }) => body['kind']))).toEqual(new Set(['commandRefused']));
  });

  it('lets a refused command hide nothing that comes in the same batch', async () => {
    const { jobId, computers } = await startJob(40);
    const all = computers.flatMap((computerId) => [
      statusReport({ jobId, computerId, status: 'rejected', reason: 'command.refused' }),
      ...story(jobId, computerId, 'failed'),
    ]);
    await Promise.all(all.map((report) => result.report(report)));
    await eventually(async () => expect(await counters(result.sql, jobId)).toEqual({ failed: 40 }));
  });

  it('ends in the same state for any order and repetition of reports, on two replicas at once', async () => {
    const { jobId, computers } = await startJob(120);
    const ends = ['succeeded', 'failed', 'rejected', 'timedOut', 'installing'] as const;
    const reports = computers.flatMap((computerId, index) => story(jobId, computerId, ends[index % ends.length]!));
    // each report at least once, in any order
    const order = fc.sample(
      fc.shuffledSubarray([...reports, ...reports, ...reports], { minLength: reports.length * 3 }),
      { seed: 42, numRuns: 1 },
    )[0]!;
    await Promise.all(order.map((report) => result.report(report)));
    const expected = { succeeded: 24, failed: 24, rejected: 24, timedOut: 24, installing: 24 };
    await eventually(async () => expect(await counters(result.sql, jobId)).toEqual(expected), { timeoutMs: 15_000 });
    const events = await eventually(async () => {
      const told = await eventsOf(jobId, EVENTS.jobProgressed);
      expect(told.at(-1)?.body).toMatchObject({ finished: 96 });
      return told;
    });
    for (const { body } of events) {
      expect(Object.values(body['counters'] as Record<string, number>).reduce((sum, count) => sum + count, 0)).toBe(
        120,
      );
    }
    expect(await result.take('agents', 'reports.status.dead')).toEqual([]);
    const { items } = await result.rpc.call(RESULT_RPC.anomalies, { jobId });
    expect(items).toEqual([]);
  });

  it('re-executes what failed, and an old attempt’s late word goes to history', async () => {
    const { jobId, computers } = await startJob(2);
    for (const report of computers.flatMap((computerId) => story(jobId, computerId, 'failed')))
      await result.report(report);
    await eventually(async () => expect(await counters(result.sql, jobId)).toEqual({ failed: 2 }));
    const reopened = await result.rpc.call(RESULT_RPC.reopen, {
      requestId: v7(),
      jobId,
      run: 1,
      only: 'failed',
      attempt: 2,
    });
    expect(reopened.total).toBe(2);
    const again = story(jobId, computers[0]!, 'succeeded').map((report): StatusReport => ({ ...report, attempt: 2 }));
    for (const report of again) await result.report(report);
    await result.report(statusReport({ jobId, computerId: computers[1], attempt: 1, seq: 5, status: 'failed' }));
    await eventually(async () => {
      const events = await eventsOf(jobId, EVENTS.jobProgressed);
      expect(events.at(-1)?.body).toMatchObject({ attempt: 2, finished: 1, counters: { succeeded: 1, queued: 1 } });
    });
    const one = await result.rpc.call(RESULT_RPC.get, { jobId, computerId: computers[0]! });
    expect(one.attempts.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 'failed'],
      [2, 'succeeded'],
    ]);
  });

  it('cancels on the scheduler’s word, and an expired one too, with the agents’ grace', async () => {
    const { jobId, computers } = await startJob(3);
    await result.report(statusReport({ jobId, computerId: computers[0], status: 'accepted' }));
    await eventually(async () => expect(await counters(result.sql, jobId)).toEqual({ accepted: 1, queued: 2 }));
    await result.tell(EVENTS.jobCancelRequested, {
      v: 1,
      jobId,
      run: 1,
      status: 'expired',
      reason: '',
      at: '2026-09-01T00:00:00Z',
    });
    await eventually(async () => expect(await counters(result.sql, jobId)).toEqual({ accepted: 1, expired: 2 }));
    await result.sql.query(`UPDATE run_closings SET due_at = now() WHERE job_id = $1`, [jobId]);
    await eventually(async () => expect(await counters(result.sql, jobId)).toEqual({ expired: 3 }));
  });

  it('shows how far a download is and forgets it when the job has ended', async () => {
    const { jobId, computers } = await startJob(1);
    const computerId = computers[0]!;
    await result.report(statusReport({ jobId, computerId, status: 'downloading' }));
    await eventually(async () => expect(await counters(result.sql, jobId)).toEqual({ downloading: 1 }));
    const progress = {
      v: 1,
      computerId,
      jobId,
      run: 1,
      attempt: 1,
      bytesDone: 5_000_000_000,
      bytesTotal: 6_000_000_000,
      at: '2026-09-01T00:00:00Z',
    };
    await result.report(progress, { kind: 'progress', content: Buffer.from('not JSON') });
    await result.report(progress, { kind: 'progress' });
    await eventually(async () => {
      const { download } = await result.rpc.call(RESULT_RPC.get, { jobId, computerId });
      expect(download).toMatchObject({ bytesDone: 5_000_000_000, bytesTotal: 6_000_000_000 });
    });
    await result.tell(EVENTS.jobStatusChanged, {
      v: 1,
      jobId,
      run: 1,
      status: 'completed',
      at: '2026-09-01T00:00:00Z',
    });
    await eventually(async () => {
      const { download } = await result.rpc.call(RESULT_RPC.get, { jobId, computerId });
      expect(download).toBeNull();
    });
  });
});

import { EVENTS, RESULT_RPC } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { v7 } from 'uuid';
import { statusReport } from '../ingest/report.fixtures.spec.js';
import { type ResultReplicas, startResult } from '../specs/result-replicas.spec.js';

let result: ResultReplicas;
beforeAll(async () => {
  result = await startResult(2);
}, 120_000);
afterAll(() => result?.stop());

const jobId = v7();
const [first, second, third] = [v7(), v7(), v7()];

/** All that was told so far: what is taken out of the queue once is not there again. */
const told: Record<string, unknown>[] = [];
async function progressed(): Promise<Record<string, unknown>[]> {
  const messages = await result.take('services', 'job-scheduler.progress');
  const bodies = messages
    .filter(({ type }) => type === EVENTS.jobProgressed)
    .map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);
  told.push(...bodies);
  return told;
}
const reasons = async () => {
  const { items } = await result.rpc.call(RESULT_RPC.list, { jobId, sort: 'computerName' });
  return items.map(({ computerName, status, reason }) => `${computerName} ${status} ${reason ?? ''}`);
};
const summary = async () => (await result.rpc.call(RESULT_RPC.jobSummary, { jobIds: [jobId] })).items[0]!;

describe('a run in waves', () => {
  it('is counted by wave, and says of each computer that it waits for its wave', async () => {
    const target = (computerId: string, name: string, wave: number) => ({ computerId, name, online: true, wave });
    await result.tell(EVENTS.jobTargetsAssigned, {
      v: 1,
      jobId,
      run: 1,
      chunk: 0,
      chunks: 1,
      total: 3,
      expiresAt: '2026-12-30T00:00:00Z',
      targets: [target(first, 'pc-1', 1), target(second, 'pc-2', 2), target(third, 'pc-3', 2)],
    });
    await eventually(async () => expect(await reasons()).toHaveLength(3));
    expect(await reasons()).toEqual(['pc-1 queued online', 'pc-2 queued wave', 'pc-3 queued wave']);
    expect((await summary()).waves).toMatchObject([
      { wave: 1, total: 1, counters: { queued: 1 } },
      { wave: 2, total: 2, counters: { queued: 2 } },
    ]);
  });

  it('tells the scheduler how far each wave is', async () => {
    await result.report(statusReport({ jobId, computerId: first, seq: 1, status: 'succeeded', evidence: 'found' }));
    const newest = await eventually(async () => {
      const last = (await progressed()).at(-1);
      expect(last).toMatchObject({ finished: 1 });
      return last!;
    });
    expect(newest['waves']).toEqual([
      { wave: 1, total: 1, finished: 1, succeeded: 1, failed: 0 },
      { wave: 2, total: 2, finished: 0, succeeded: 0, failed: 0 },
    ]);
  });

  it('lets computers wait no longer when their wave was released, however often and late that is heard', async () => {
    await result.report(statusReport({ jobId, computerId: third, seq: 1, status: 'accepted', reason: null }));
    await eventually(async () => expect((await reasons())[2]).toMatch(/^pc-3 accepted/));
    for (let i = 0; i < 2; i++)
      await result.tell(EVENTS.jobWaveReleased, { v: 1, jobId, run: 1, wave: 2, at: new Date().toISOString() });
    await eventually(async () => expect((await reasons())[1]).toBe('pc-2 queued released'));
    expect((await reasons())[2]).toMatch(/^pc-3 accepted/);
    const { counters, waves } = await summary();
    expect(counters).toMatchObject({ queued: 1, accepted: 1, succeeded: 1 });
    expect(waves).toMatchObject([{ counters: { succeeded: 1 } }, { counters: { queued: 1, accepted: 1 } }]);
  });

  it('closes what waits for a wave when the job is canceled', async () => {
    const reason = 'no longer wanted';
    const at = new Date().toISOString();
    await result.tell(EVENTS.jobCancelRequested, { v: 1, jobId, run: 1, status: 'canceled', reason, attempt: 1, at });
    await eventually(async () => expect((await reasons())[1]).toBe('pc-2 canceled job.canceled'));
    expect((await summary()).waves[1]).toMatchObject({ wave: 2, total: 2, counters: { queued: 0, canceled: 1 } });
  });
});

describe('a run whose computers are told little by little', () => {
  it('says who waits for its turn, whose turn has come, and who is at work', async () => {
    const paced = v7();
    const [one, two] = [v7(), v7()].toSorted() as [string, string];
    const targets = [one, two].map((computerId, i) => ({ computerId, name: `pc-${i}`, online: true }));
    const head = { v: 1, jobId: paced, run: 1, chunk: 0, chunks: 1, total: 2, expiresAt: '2026-12-30T00:00:00Z' };
    await result.tell(EVENTS.jobTargetsAssigned, { ...head, paced: true, targets });
    const states = async () =>
      (await result.rpc.call(RESULT_RPC.list, { jobId: paced, sort: 'computerName' })).items.map(
        ({ status, reason, message }) => `${status} ${reason}: ${message}`,
      );
    const waits = 'queued wave: It waits for its turn: the job tells its computers little by little.';
    await eventually(async () => expect(await states()).toEqual([waits, waits]));
    for (let i = 0; i < 2; i++)
      await result.tell(EVENTS.jobComputersTold, { v: 1, jobId: paced, run: 1, computers: [one] });
    await eventually(async () => expect(await states()).toEqual([expect.stringMatching(/^queued released: /), waits]));
    await result.report(statusReport({ jobId: paced, computerId: one, seq: 1, status: 'downloading' }));
    const atWork = () => result.rpc.call(RESULT_RPC.atWork, { jobId: paced, run: 1, limit: 10 });
    await eventually(async () => expect(await atWork()).toEqual({ computerIds: [one] }));
    await result.report(statusReport({ jobId: paced, computerId: one, seq: 2, status: 'waiting' }));
    await eventually(async () => expect(await atWork()).toEqual({ computerIds: [] }));
  });
});

describe('computers that are no longer targets', () => {
  it('are closed unless they have begun, and are not reopened', async () => {
    const left = v7();
    const [waits, begun, stays] = [v7(), v7(), v7()].toSorted() as [string, string, string];
    const targets = [waits, begun, stays].map((computerId, i) => ({ computerId, name: `pc-${i}`, online: true }));
    const head = { v: 1, jobId: left, run: 1, chunk: 0, chunks: 1, total: 3, expiresAt: '2026-12-30T00:00:00Z' };
    await result.tell(EVENTS.jobTargetsAssigned, { ...head, targets });
    await result.report(statusReport({ jobId: left, computerId: waits, seq: 1, status: 'waiting' }));
    await result.report(statusReport({ jobId: left, computerId: begun, seq: 1, status: 'installing' }));
    const states = async () =>
      (await result.rpc.call(RESULT_RPC.list, { jobId: left, sort: 'computerName' })).items.map(({ status, reason }) =>
        `${status} ${reason ?? ''}`.trim(),
      );
    await eventually(async () => expect(await states()).toEqual(['waiting', 'installing', 'queued online']));
    for (let i = 0; i < 2; i++)
      await result.tell(EVENTS.jobTargetsLeft, { v: 1, jobId: left, run: 1, computers: [waits, begun] });
    await eventually(async () =>
      expect(await states()).toEqual(['canceled target.left', 'installing', 'queued online']),
    );
    const again = { requestId: v7(), jobId: left, run: 1, only: 'unsuccessful', attempt: 2 } as const;
    expect(await result.rpc.call(RESULT_RPC.reopen, again)).toMatchObject({ total: 0 });
    // what it had begun when it left it says itself
    await result.report(
      statusReport({ jobId: left, computerId: begun, seq: 2, status: 'succeeded', evidence: 'found' }),
    );
    await eventually(async () => expect((await states())[1]).toBe('succeeded'));
  });
});

import { RESULT_RPC, EVENTS, type JoinExecutions } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { v7 } from 'uuid';
import { statusReport } from '../ingest/report.fixtures.spec.js';
import { type ResultReplicas, startResult } from '../specs/result-replicas.spec.js';

let result: ResultReplicas;
beforeAll(async () => {
  result = await startResult(2);
}, 120_000);
afterAll(() => result?.stop());

const target = (name: string, wave = 1) => ({ computerId: v7(), name, online: true, wave });
const request = (jobId: string, targets: JoinExecutions['targets'], more: Partial<JoinExecutions> = {}) => ({
  jobId,
  run: 1,
  released: 1,
  attempts: 1,
  reach: { groups: ['accounting'], computers: [], category: null },
  targets,
  ...more,
});
const join = (order: JoinExecutions) => result.rpc.call(RESULT_RPC.join, order);
const list = async (jobId: string) =>
  (await result.rpc.call(RESULT_RPC.list, { jobId, sort: 'computerName' })).items.map(
    ({ computerName, status, reason }) => `${computerName} ${status} ${reason ?? ''}`,
  );

/** A run of two computers, the second in wave 2. */
async function begun(): Promise<{ jobId: string; first: string; assigned: object }> {
  const jobId = v7();
  const targets = [target('pc-1'), target('pc-2', 2)];
  const assigned = {
    v: 1,
    jobId,
    run: 1,
    chunk: 0,
    chunks: 1,
    total: 2,
    expiresAt: '2036-12-30T00:00:00Z',
    targets,
  };
  await result.tell(EVENTS.jobTargetsAssigned, assigned);
  await eventually(async () => expect(await list(jobId)).toHaveLength(2));
  return { jobId, first: targets[0]!.computerId, assigned };
}

describe('computers that join a run that has begun', () => {
  it('get executions that wait for their wave where it has not been released, once however often they are told of', async () => {
    const { jobId, assigned } = await begun();
    const order = request(jobId, [target('pc-3'), target('pc-4', 2)]);
    const answer = {
      total: 4,
      waves: [
        { wave: 1, total: 2 },
        { wave: 2, total: 2 },
      ],
      open: order.targets.map(({ computerId }) => computerId).sort(),
    };
    const answers = await Promise.all([1, 2, 3].map(() => join(order)));
    for (const one of [...answers, await join(order)]) expect(one).toEqual(answer);
    // the first chunk once more is no reason to forget them
    await result.tell(EVENTS.jobTargetsAssigned, assigned);
    expect(await list(jobId)).toEqual([
      'pc-1 queued online',
      'pc-2 queued wave',
      'pc-3 queued online',
      'pc-4 queued wave',
    ]);
    const [summary] = (await result.rpc.call(RESULT_RPC.jobSummary, { jobIds: [jobId] })).items;
    expect(summary).toMatchObject({ total: 4, counters: { queued: 4 } });
  });

  it('wait for their turn in a job that tells its computers little by little', async () => {
    const { jobId } = await begun();
    await join(request(jobId, [target('pc-3')], { paced: true }));
    expect((await list(jobId))[2]).toBe('pc-3 queued wave');
  });

  it('are told apart from those that have ended already: removed, or of a run that was closed', async () => {
    const { jobId, first } = await begun();
    const [gone, here] = [target('pc-3'), target('pc-4')];
    await result.tell(EVENTS.computerRemoved, { v: 1, computerId: gone.computerId, at: new Date().toISOString() });
    await result.report(statusReport({ jobId, computerId: first, seq: 1, status: 'succeeded', evidence: 'found' }));
    await eventually(async () => expect((await list(jobId))[0]).toContain('succeeded'));
    await eventually(async () =>
      expect(
        await result.sql.query('SELECT 1 FROM removed_computers WHERE computer_id = $1', [gone.computerId]),
      ).toHaveLength(1),
    );
    expect(await join(request(jobId, [gone, here]))).toMatchObject({ total: 4, open: [here.computerId] });
    const at = new Date().toISOString();
    await result.tell(EVENTS.jobCancelRequested, {
      v: 1,
      jobId,
      run: 1,
      status: 'canceled',
      reason: 'why',
      attempt: 1,
      at,
    });
    await eventually(async () => expect((await list(jobId))[3]).toContain('pc-4 canceled'));
    expect(await join(request(jobId, [target('pc-5')]))).toMatchObject({ total: 5, open: [] });
  });

  it('begin a run that had nobody at its start', async () => {
    const jobId = v7();
    expect(await join(request(jobId, [target('pc-1')]))).toMatchObject({ total: 1, waves: [{ wave: 1, total: 1 }] });
  });

  it('come back later while the first targets are being stored', async () => {
    const { jobId } = await begun();
    await result.sql.query('UPDATE runs SET ready = false WHERE job_id = $1', [jobId]);
    await expect(join(request(jobId, [target('pc-3')]))).rejects.toMatchObject({ code: 'execution.notReady' });
    expect(await list(jobId)).toHaveLength(2);
  });
});

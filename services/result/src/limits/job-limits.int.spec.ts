import { EVENTS, type Grant, type JobReach, RESULT_RPC, type RpcContract, type RpcPattern } from '@waybill/contracts';
import { eventually, specActor } from '@waybill/testing';
import { v7 } from 'uuid';
import { type ResultReplicas, startResult } from '../specs/result-replicas.spec.js';

let result: ResultReplicas;
const computer = v7();
const jobs = { mine: v7(), theirs: v7(), both: v7(), single: v7(), otherCategory: v7(), before: v7() };
const REACH: Record<keyof typeof jobs, JobReach | undefined> = {
  mine: { groups: ['mine'], computers: [], category: 'office' },
  theirs: { groups: ['theirs'], computers: [], category: 'office' },
  both: { groups: ['mine', 'theirs'], computers: [], category: 'office' },
  single: { groups: ['mine'], computers: [computer], category: 'office' },
  otherCategory: { groups: ['mine'], computers: [], category: null },
  before: undefined,
};
beforeAll(async () => {
  result = await startResult(1);
  for (const [name, jobId] of Object.entries(jobs)) {
    const reach = REACH[name as keyof typeof jobs];
    const targets = [{ computerId: computer, name: 'pc-1', online: true }];
    const event = { v: 1, jobId, run: 1, chunk: 0, chunks: 1, total: 1, expiresAt: '2099-01-01T00:00:00Z', targets };
    await result.tell(EVENTS.jobTargetsAssigned, { ...event, ...(reach ? { reach } : {}) });
  }
  await eventually(
    async () => {
      const { items } = await result.rpc.call(RESULT_RPC.listOfComputer, { computerId: computer });
      expect(items).toHaveLength(6);
    },
    { timeoutMs: 30_000 },
  );
}, 120_000);
afterAll(() => result?.stop());

const actor = specActor({ grants: [{ role: 'helpdesk', groups: ['mine'], categories: ['office'] }] as Grant[] });
const ask = <P extends RpcPattern>(pattern: P, request: RpcContract[P]['request']) =>
  result.rpc.as(actor, pattern, request);
const codeOf = <P extends RpcPattern>(pattern: P, request: RpcContract[P]['request']) =>
  ask(pattern, request).then(
    () => 'done',
    ({ code }: { code: string }) => code,
  );

describe('somebody limited to a group and a category', () => {
  it.each(['theirs', 'both', 'single', 'otherCategory', 'before'] as const)(
    'hears of a job (%s) that it is not there, whatever they ask',
    async (which) => {
      const jobId = jobs[which];
      expect(await codeOf(RESULT_RPC.list, { jobId })).toBe('job.notFound');
      expect(await codeOf(RESULT_RPC.changes, { jobId, limit: 1 })).toBe('job.notFound');
      expect(await codeOf(RESULT_RPC.get, { jobId, computerId: computer })).toBe('execution.notFound');
      expect((await ask(RESULT_RPC.jobSummary, { jobIds: [jobId] })).items).toEqual([null]);
    },
  );

  it('sees their own', async () => {
    const jobId = jobs.mine;
    expect((await ask(RESULT_RPC.list, { jobId })).items).toHaveLength(1);
    expect(await codeOf(RESULT_RPC.changes, { jobId, limit: 1 })).toBe('done');
    expect(await codeOf(RESULT_RPC.get, { jobId, computerId: computer })).toBe('done');
    const { items } = await ask(RESULT_RPC.jobSummary, { jobIds: Object.values(jobs) });
    expect(items.filter(Boolean)).toMatchObject([{ jobId, total: 1 }]);
  });

  it('finds them alone among what was ordered for a computer', async () => {
    const { items } = await ask(RESULT_RPC.listOfComputer, { computerId: computer });
    expect(items.map(({ jobId }) => jobId)).toEqual([jobs.mine]);
  });
});

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

describe('a job that the scheduler says is archived', () => {
  it('has counters and a report, and no executions any more', async () => {
    const [jobId, computerId] = [v7(), v7()];
    await result.tell(EVENTS.jobTargetsAssigned, {
      v: 1,
      jobId,
      run: 1,
      chunk: 0,
      chunks: 1,
      total: 1,
      expiresAt: '2026-12-30T00:00:00Z',
      targets: [{ computerId, name: 'pc-1', online: true, platform: 'linux/x64' }],
    });
    await eventually(async () => expect((await result.rpc.call(RESULT_RPC.list, { jobId })).items).toHaveLength(1));
    await result.report(statusReport({ jobId, computerId, seq: 1, status: 'succeeded', evidence: 'found' }));
    const summary = () => result.rpc.call(RESULT_RPC.jobSummary, { jobIds: [jobId] });
    await eventually(async () => expect((await summary()).items).toMatchObject([{ finished: 1 }]));
    const before = await summary();
    const reported = await result.rpc.call(RESULT_RPC.report, { jobId });

    const at = new Date().toISOString();
    for (let i = 0; i < 2; i++) await result.tell(EVENTS.jobArchived, { v: 1, jobId, at });

    const gone = { kind: 'gone', code: 'job.archived', detail: expect.stringContaining(at) };
    await eventually(() => expect(result.rpc.call(RESULT_RPC.list, { jobId })).rejects.toMatchObject(gone));
    await expect(result.rpc.call(RESULT_RPC.get, { jobId, computerId })).rejects.toMatchObject(gone);
    await eventually(async () => {
      const rows = await result.sql.query<unknown[]>('SELECT 1 FROM executions WHERE job_id = $1', [jobId]);
      expect(rows).toEqual([]);
    });
    expect((await result.rpc.call(RESULT_RPC.listOfComputer, { computerId })).items).toEqual([]);
    expect(await summary()).toEqual(before);
    const { at: _, ...kept } = await result.rpc.call(RESULT_RPC.report, { jobId });
    expect(reported).toMatchObject(kept);
    expect(kept.platforms).toMatchObject([{ platform: 'linux/x64', succeeded: 1 }]);
  });
});

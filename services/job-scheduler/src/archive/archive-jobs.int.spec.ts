import { EVENTS, JOB_RPC } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { v7 } from 'uuid';
import { computers, create, get } from '../specs/orders.fixtures.spec.js';
import { scheduler, story } from '../specs/two-schedulers.fixtures.spec.js';
import { ArchiveJobs } from './archive-jobs.js';

const targetsOf = async (id: string): Promise<number> => {
  const [row] = await scheduler.sql.query<[{ n: number }]>(
    'SELECT count(*)::int AS n FROM job_targets WHERE job_id = $1',
    [id],
  );
  return row.n;
};
const endedDaysAgo = (id: string, days: number) =>
  scheduler.sql.query(`UPDATE jobs SET finished_at = now() - $2 * interval '1 day' WHERE id = $1`, [id, days]);

const archivings = (id: string) =>
  scheduler.sql.query<{ n: number }[]>(
    `SELECT count(*)::int AS n FROM job_scheduler_audit.entries WHERE object_id = $1 AND entry::jsonb->>'action' = 'job.archived'`,
    [id],
  );

describe('a job that ended long ago', () => {
  it('is archived once, told of, audited, and not executed again; younger ones stay', async () => {
    await scheduler.group('archived', computers(scheduler, 3));
    const ended = async () => {
      const { id } = await create(scheduler, { targets: { groups: ['archived'] } });
      await story.released(id);
      await scheduler.rpc.call(JOB_RPC.cancel, { id });
      return id;
    };
    const [old, young] = [await ended(), await ended()];
    await endedDaysAgo(old, 366);
    await endedDaysAgo(young, 364);
    expect((await get(scheduler, old)).archivedAt).toBeNull();
    expect(await targetsOf(old)).toBe(3);

    const [one, two] = [await scheduler.startReplica(), await scheduler.startReplica()];
    await Promise.all([one, two].map((replica) => replica.get(ArchiveJobs).execute()));

    const archived = await get(scheduler, old);
    expect(archived).toMatchObject({ status: 'canceled', archivedAt: expect.stringMatching(/Z$/) });
    expect((await get(scheduler, young)).archivedAt).toBeNull();
    expect([await targetsOf(old), await targetsOf(young)]).toEqual([0, 3]);
    await eventually(() =>
      expect(story.events(old, EVENTS.jobArchived)).toMatchObject([{ v: 1, jobId: old, at: archived.archivedAt }]),
    );
    expect(story.events(young, EVENTS.jobArchived)).toEqual([]);
    const again = { id: old, only: 'unsuccessful' as const, requestId: v7() };
    await expect(scheduler.rpc.call(JOB_RPC.reexecute, again)).rejects.toMatchObject({ code: 'job.archived' });
    await eventually(async () => expect(await archivings(old)).toEqual([{ n: 1 }]));
  });
});

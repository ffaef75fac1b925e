import { JOB_RPC } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { v7 } from 'uuid';
import { computers, create } from '../specs/orders.fixtures.spec.js';
import { scheduler, story } from '../specs/two-schedulers.fixtures.spec.js';

interface Entry {
  action: string;
  actor: { kind: string; name: string };
  before: string | null;
  after: string | null;
  details: Record<string, unknown>;
}

async function entriesOf(jobId: string): Promise<Entry[]> {
  const rows = await scheduler.sql.query<{ entry: string }[]>(
    'SELECT entry FROM job_scheduler_audit.entries WHERE object_id = $1 ORDER BY seq',
    [jobId],
  );
  return rows.map(({ entry }) => JSON.parse(entry) as Entry);
}

const actionsOf = async (jobId: string) =>
  (await entriesOf(jobId)).map(({ action, actor }) => `${action} ${actor.kind}`);

describe('the audit log of a job', () => {
  it('has one entry for each status, whatever the number of its computers: dispatch and reports write none', async () => {
    const members = computers(scheduler, 700);
    await scheduler.group('audited', members);
    const { id } = await create(scheduler, { targets: { groups: ['audited'] } });
    await story.released(id);
    await story.finished(id, members.length);
    await story.becomes(id, { status: 'completed' });
    const entries = await entriesOf(id);
    expect(entries.map(({ action, actor }) => `${action} ${actor.kind}`)).toEqual([
      'job.created user',
      'job.started service',
      'job.completed service',
    ]);
    expect(entries[0]).toMatchObject({ before: null, details: { package: 'acme-ledger', groups: ['audited'] } });
    expect(entries[1]!.before).toBe(entries[0]!.after);
    expect(entries[2]).toMatchObject({ actor: { name: 'job-scheduler' }, details: { total: 700 } });
  });

  it('has nothing of an order that was refused, and one entry of an order that came twice', async () => {
    const before = await scheduler.sql.query('SELECT max(seq) FROM job_scheduler_audit.entries');
    await expect(create(scheduler, { version: 'no such version' })).rejects.toThrow('job.invalid');
    expect(await scheduler.sql.query('SELECT max(seq) FROM job_scheduler_audit.entries')).toEqual(before);

    const id = v7();
    const schedule = { startAt: '2030-01-01T00:00:00Z' };
    const targets = { computers: computers(scheduler, 1) };
    const job = { package: 'acme-ledger', version: '2.4.0', targets, schedule };
    await Promise.all([1, 2, 3].map(() => scheduler.rpc.call(JOB_RPC.create, { job, id })));
    expect(await actionsOf(id)).toEqual(['job.created user']);
  });

  it('names who canceled and who re-executed', async () => {
    const { id } = await create(scheduler, { targets: { computers: computers(scheduler, 1) } });
    await story.released(id);
    await scheduler.rpc.call(JOB_RPC.cancel, { id });
    await expect(scheduler.rpc.call(JOB_RPC.cancel, { id })).rejects.toThrow('job.wrongState');
    const requestId = v7();
    await scheduler.rpc.call(JOB_RPC.reexecute, { id, only: 'unsuccessful', requestId }).catch(() => undefined);
    await eventually(async () =>
      expect((await actionsOf(id)).slice(0, 4)).toEqual([
        'job.created user',
        'job.started service',
        'job.canceled user',
        'job.reexecuted user',
      ]),
    );
  });
});

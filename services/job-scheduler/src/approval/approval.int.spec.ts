import { type Actor, EVENTS, JOB_RPC } from '@waybill/contracts';
import { eventually, specActor } from '@waybill/testing';
import { computers, create, get, publishVersion } from '../specs/orders.fixtures.spec.js';
import { type SchedulerReplicas, SERVERS_TIMEOUT_MS, startScheduler } from '../specs/scheduler-replicas.spec.js';
import { Story } from '../specs/story.fixtures.spec.js';

let scheduler: SchedulerReplicas;
let story: Story;
let guarded: string[];
beforeAll(async () => {
  scheduler = await startScheduler(1, { approvalAbove: 3, approvalGroups: 'servers, routers' });
  story = new Story(scheduler);
  await publishVersion(scheduler);
  guarded = computers(scheduler, 1);
  await scheduler.group('servers', guarded);
  await scheduler.group('mixed', [...guarded, ...computers(scheduler, 1)]);
  await scheduler.group('few', computers(scheduler, 3));
  await scheduler.group('many', computers(scheduler, 4));
}, SERVERS_TIMEOUT_MS);
afterAll(() => scheduler?.stop());

const maker = specActor();
const other = specActor({ id: 'other', name: 'other', grants: [{ role: 'operator' }] });
const ordered = (group: string) => create(scheduler, { targets: { groups: [group] } });
const approve = (actor: Actor, id: string) =>
  scheduler.rpc.as(actor, JOB_RPC.approve, { id }).then(
    () => 'done',
    ({ code }: { code: string }) => code,
  );

describe('four eyes', () => {
  it('a job for a guarded group starts only when somebody else has approved it', async () => {
    const { id, status, approval } = await ordered('servers');
    expect([status, approval]).toEqual([
      'scheduled',
      { reason: 'it is for "servers"', groups: ['servers'], approvedBy: null, approvedAt: null },
    ]);
    // another job that is due at the same moment starts meanwhile: the timers are at work
    await story.released((await ordered('few')).id);
    expect(await get(scheduler, id)).toMatchObject({ status: 'scheduled', targets: { total: null } });
    expect(await approve(maker, id)).toBe('job.approvalBySelf');
    // an API token of the same account is the same person
    expect(await approve({ ...maker, kind: 'apiToken', name: 'admin' }, id)).toBe('job.approvalBySelf');
    expect(await approve(specActor({ id: 'x', grants: [{ role: 'helpdesk' }] }), id)).toBe('permission.required');
    expect(await approve(specActor({ id: 'x', grants: [{ role: 'operator', groups: ['few'] }] }), id)).toBe(
      'job.notFound',
    );
    expect(await approve(other, id)).toBe('done');
    await story.released(id);
    expect((await get(scheduler, id)).approval).toMatchObject({ approvedBy: 'other' });
    expect(await approve(other, id)).toBe('job.wrongState');
  });

  it('a job that turns out to be for more computers than anybody may reach alone sends nothing until then', async () => {
    const { id } = await ordered('many');
    await story.becomes(id, {
      status: 'scheduled',
      targets: { total: 4 },
      approval: { reason: 'it is for 4 computers, more than 3', approvedBy: null },
    });
    expect(story.events(id, 'job.targets.assigned.v1')).toEqual([]);
    expect(await approve(maker, id)).toBe('job.approvalBySelf');
    expect(await approve(other, id)).toBe('done');
    await story.released(id);
    expect(story.statuses(id)).toEqual(['scheduled', 'running', 'scheduled', 'running']);
  });

  it.each([
    ['names its computers one by one', () => ({ computers: guarded })],
    ['names another group that holds them', () => ({ groups: ['mixed'] })],
  ])('a job that %s instead of the guarded group waits all the same', async (how, targets) => {
    const { id, approval } = await create(scheduler, { targets: targets() });
    expect(approval).toBeNull();
    await story.becomes(id, {
      status: 'scheduled',
      approval: { reason: 'it reaches computers of a guarded group', groups: ['servers'], approvedBy: null },
    });
    // whoever may see the job's group only is not told what others its computers are in
    const limited = specActor({ grants: [{ role: 'viewer', groups: ['mixed'] }] });
    const seen = await scheduler.rpc.as(limited, JOB_RPC.get, { id }).catch(({ code }: { code: string }) => code);
    if (how === 'names its computers one by one') expect(seen).toBe('job.notFound');
    else expect(seen).toMatchObject({ approval: { groups: [] }, statusReason: expect.not.stringContaining('servers') });
    expect(story.events(id, 'job.targets.assigned.v1')).toEqual([]);
    expect(await approve(maker, id)).toBe('job.approvalBySelf');
    expect(await approve(other, id)).toBe('done');
    await story.released(id);
  });

  it('a job that was canceled instead is not brought back by a re-execution', async () => {
    const { id } = await ordered('servers');
    await scheduler.rpc.call(JOB_RPC.cancel, { id });
    expect(await approve(other, id)).toBe('job.wrongState');
    const request = { id, only: 'unsuccessful' as const, requestId: '0199aaaa-0000-7000-8000-0000000000aa' };
    await expect(scheduler.rpc.call(JOB_RPC.reexecute, request)).rejects.toMatchObject({ code: 'job.approvalMissing' });
  });

  it('a job takes on nobody after its start beyond what was approved', async () => {
    const { id } = await create(scheduler, { targets: { groups: ['few'] }, lateJoiners: 'include' });
    scheduler.peers.totals.set(id, 3);
    await story.released(id);
    const { id: groupId, members } = scheduler.peers.fleet.groups.get('few')!;
    const [late] = computers(scheduler, 1) as [string];
    members.add(late);
    await scheduler.tell(EVENTS.groupMembersChanged, {
      v: 1,
      groupId,
      joined: [late],
      left: [],
      at: new Date().toISOString(),
    });
    const refusals = () =>
      scheduler.sql.query<{ details: object }[]>(
        `SELECT entry::jsonb->'details' AS details FROM job_scheduler_audit.entries WHERE object_id = $1 AND action = 'job.joinersRefused'`,
        [id],
      );
    await eventually(async () =>
      expect(await refusals()).toEqual([{ details: { computers: 1, reason: 'it is for 4 computers, more than 3' } }]),
    );
    expect(await get(scheduler, id)).toMatchObject({ targets: { total: 3 } });
    expect(scheduler.peers.joined.has(id)).toBe(false);
  });
});

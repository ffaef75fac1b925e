import {
  type CancelCommand,
  type ExecuteCommand,
  type HoldCommand,
  type CreateJob,
  EVENTS,
  groupStream,
  inboxShard,
  inboxStream,
  JOB_RPC,
  RESULT_RPC,
  waveOf,
  WaybillError,
} from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { computers, create, get } from '../specs/orders.fixtures.spec.js';
import { scheduler, story } from '../specs/two-schedulers.fixtures.spec.js';

const joins = (groupId: string, joined: string[]) =>
  scheduler.tell(EVENTS.groupMembersChanged, { v: 1, groupId, joined, left: [], at: new Date().toISOString() });
const inboxKinds = async (computerId: string, jobId: string) =>
  (await story.commandsSoFar<ExecuteCommand | CancelCommand | HoldCommand>(inboxStream(inboxShard(computerId)), jobId))
    .map(({ command }) => command)
    .filter(({ selector }) => (selector as { ids: string[] }).ids.includes(computerId))
    .map((command) => (command.kind === 'hold' ? `hold ${command.held}` : command.kind));
/** so many that both waves have some, but for one time in a million */
const MANY = 21;
const members = (group: string) => scheduler.peers.fleet.groups.get(group)!.members;

/** A job of some computers whose commands have left. */
async function begun(group: string, changes: Partial<CreateJob> = {}, count = 2) {
  const first = computers(scheduler, count);
  const groupId = await scheduler.group(group, first);
  const { id } = await create(scheduler, { targets: { groups: [group] }, lateJoiners: 'include', ...changes });
  scheduler.peers.totals.set(id, count);
  const [chunk] = await story.assigned(id);
  await story.ready(id, chunk!.total);
  await eventually(async () => expect((await get(scheduler, id)).waves[0]).toMatchObject({ status: 'released' }));
  return { id, groupId, first };
}
/** A computer enters the group, and fleet says so as often. */
async function enters(group: string, groupId: string, times = 1): Promise<string> {
  const [computer] = computers(scheduler, 1) as [string];
  members(group).add(computer);
  for (let i = 0; i < times; i++) await joins(groupId, [computer]);
  return computer;
}
const actions = async (id: string) =>
  (
    await scheduler.sql.query<{ action: string }[]>(
      `SELECT action FROM job_scheduler_audit.entries WHERE object_id = $1 AND action LIKE 'job.join%' OR object_id = $1 AND action = 'job.targetsJoined'`,
      [id],
    )
  ).map(({ action }) => action);

describe('a computer that joins a group of a job after its start', () => {
  it('gets the job in its inbox, once however often it is told of, and the job runs again until it has ended', async () => {
    const { id, groupId } = await begun('joined-late');
    await story.finished(id, 2);
    await story.becomes(id, { status: 'completed' });
    const late = await enters('joined-late', groupId, 3);
    await eventually(async () => expect(await inboxKinds(late, id)).toEqual(['execute']));
    expect(await get(scheduler, id)).toMatchObject({ status: 'running', targets: { total: 3 }, finishedAt: null });
    await story.commands(groupStream(groupId, 1), id, 1);
    await story.finished(id, 3);
    await story.becomes(id, { status: 'completed' });
    expect(await inboxKinds(late, id)).toEqual(['execute']);
    await eventually(async () => expect(await actions(id)).toEqual(['job.targetsJoined']));
    // a cancel of what is left would reach it, too
    const next = await enters('joined-late', groupId);
    await eventually(async () => expect(await inboxKinds(next, id)).toEqual(['execute']));
    await scheduler.rpc.call(JOB_RPC.cancel, { id });
    await eventually(async () => expect(await inboxKinds(next, id)).toEqual(['execute', 'cancel']));
  });

  it('is no target of a job that did not ask for it, of one that excludes it, of one that is over, nor when it was one before', async () => {
    const plain = await begun('joined-plain', { lateJoiners: 'exclude' });
    const spared = computers(scheduler, 1)[0]!;
    await scheduler.group('joined-spared', [spared]);
    const excluding = await begun('joined-excluding', {
      targets: { groups: ['joined-excluding'], exclude: { groups: ['joined-spared'] } },
    });
    const over = await begun('joined-over');
    await scheduler.rpc.call(JOB_RPC.cancel, { id: over.id });
    const returning = await begun('joined-returning');
    const [gone] = returning.first as [string, string];
    members('joined-returning').delete(gone);
    await scheduler.tell(EVENTS.groupMembersChanged, {
      v: 1,
      groupId: returning.groupId,
      joined: [],
      left: [gone],
      at: new Date().toISOString(),
    });
    await eventually(async () => expect(await inboxKinds(gone, returning.id)).toEqual(['cancel']));
    members('joined-returning').add(gone);
    members('joined-excluding').add(spared);
    await enters('joined-plain', plain.groupId);
    await joins(excluding.groupId, [spared]);
    await enters('joined-over', over.groupId);
    await joins(returning.groupId, [gone]);
    // what is told after these is handled: they have been
    const last = await begun('joined-last');
    const late = await enters('joined-last', last.groupId);
    await eventually(async () => expect(await inboxKinds(late, last.id)).toEqual(['execute']));
    await eventually(() => expect(scheduler.peers.joined.has(last.id)).toBe(true));
    for (const { id } of [plain, excluding, over, returning]) expect(scheduler.peers.joined.has(id)).toBe(false);
    expect(await inboxKinds(gone, returning.id)).toEqual(['cancel']);
  });

  it('while it is being started is told when it has, unless the search has found it', async () => {
    const [found, late] = computers(scheduler, 2) as [string, string];
    const groupId = await scheduler.group('joined-at-the-start', [found]);
    const { id } = await create(scheduler, { targets: { groups: ['joined-at-the-start'] }, lateJoiners: 'include' });
    scheduler.peers.totals.set(id, 1);
    await story.assigned(id);
    members('joined-at-the-start').add(late);
    await joins(groupId, [found, late]);
    await eventually(async () =>
      expect(await scheduler.sql.query('SELECT 1 FROM member_changes WHERE job_id = $1 AND joined', [id])).toHaveLength(
        2,
      ),
    );
    await story.ready(id, 1);
    await eventually(async () => expect(await inboxKinds(late, id)).toEqual(['execute']), { timeoutMs: 30_000 });
    expect(await inboxKinds(found, id)).toEqual([]);
  }, 60_000);

  it('is told when a paused job goes on, and not before', async () => {
    const { id, groupId } = await begun('joined-paused');
    await scheduler.rpc.call(JOB_RPC.pause, { id });
    const late = await enters('joined-paused', groupId);
    await story.becomes(id, { status: 'paused', targets: { total: 3 } });
    expect(await inboxKinds(late, id)).toEqual([]);
    await scheduler.rpc.call(JOB_RPC.resume, { id });
    await eventually(async () => expect(await inboxKinds(late, id)).toEqual(['execute']));
  });

  it('waits for its wave', async () => {
    const percents = [50, 100];
    const { id, groupId } = await begun(
      'joined-wave',
      {
        rollout: {
          waves: [{ percent: 50, approval: 'manual' }, { percent: 100 }],
          gate: { successPercent: 0, minimumFinished: 1 },
        },
      },
      MANY,
    );
    const late: Record<number, string> = {};
    while (!late[1] || !late[2]) {
      const computer = await enters('joined-wave', groupId);
      late[waveOf(id, computer, percents)] ??= computer;
    }
    await eventually(async () => expect(await inboxKinds(late[1]!, id)).toEqual(['execute']));
    expect(await inboxKinds(late[2], id)).toEqual([]);
    await scheduler.sql.query(
      `UPDATE jobs SET rollout_state = jsonb_set(rollout_state, '{waves,0,finished}', '9') WHERE id = $1`,
      [id],
    );
    await scheduler.rpc.call(JOB_RPC.approve, { id });
    await eventually(async () => expect(await inboxKinds(late[2]!, id)).toEqual(['execute']));
    expect(await inboxKinds(late[1], id)).toEqual(['execute']);
  });

  it('is taken on when result is back', async () => {
    const { id, groupId } = await begun('joined-away');
    const join = scheduler.peers.answers.get(RESULT_RPC.join)!;
    scheduler.peers.answers.set(RESULT_RPC.join, () => {
      throw new WaybillError('unavailable', 'result.away', 'Result is away.');
    });
    const late = await enters('joined-away', groupId);
    await eventually(() => expect(scheduler.peers.asked.some(({ pattern }) => pattern === RESULT_RPC.join)).toBe(true));
    expect(await get(scheduler, id)).toMatchObject({ targets: { total: 2 } });
    scheduler.peers.answers.set(RESULT_RPC.join, join);
    await eventually(async () => expect(await inboxKinds(late, id)).toEqual(['execute']), { timeoutMs: 30_000 });
  }, 60_000);

  it('of no group is what nobody can ask for', async () => {
    const [one] = computers(scheduler, 1) as [string];
    await expect(create(scheduler, { targets: { computers: [one] }, lateJoiners: 'include' })).rejects.toMatchObject({
      errors: [{ pointer: '/lateJoiners', message: expect.stringContaining('names no group') }],
    });
  });
});

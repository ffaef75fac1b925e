import {
  type CancelCommand,
  EVENTS,
  type ExecuteCommand,
  groupStream,
  inboxShard,
  inboxStream,
  JOB_RPC,
  type JobTargetsLeft,
} from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { computers, create } from '../specs/orders.fixtures.spec.js';
import { scheduler, story } from '../specs/two-schedulers.fixtures.spec.js';

const leave = (groupId: string, left: string[]) =>
  scheduler.tell(EVENTS.groupMembersChanged, { v: 1, groupId, joined: [], left, at: new Date().toISOString() });
const inboxOf = (computerId: string) => inboxStream(inboxShard(computerId));
const inboxCommands = async (computerId: string, jobId: string) =>
  (await story.commandsSoFar<ExecuteCommand | CancelCommand>(inboxOf(computerId), jobId))
    .map(({ command }) => command)
    .filter(({ selector }) => (selector as { ids: string[] }).ids.includes(computerId));

const kept = (id: string) =>
  scheduler.sql.query('SELECT computer_id AS id, joined FROM member_changes WHERE job_id = $1', [id]);
const waiting = (id: string) =>
  scheduler.sql.query(`SELECT 1 FROM timers WHERE job_id = $1 AND kind = 'members'`, [id]);

describe('computers that leave the groups of an open job', () => {
  it('are told by their inboxes not to begin, and result is told, once or twice; who is a target still is not', async () => {
    const [gone, other, named, stays] = computers(scheduler, 4) as [string, string, string, string];
    const groupId = await scheduler.group('left-by-some', [gone, other, named, stays]);
    const second = await scheduler.group('holds-one-still', [other]);
    const { id } = await create(scheduler, {
      targets: { groups: ['left-by-some', 'holds-one-still'], computers: [named] },
    });
    await story.released(id);
    expect(second).not.toBe(groupId);
    for (const computerId of [gone, other, named])
      scheduler.peers.fleet.groups.get('left-by-some')!.members.delete(computerId);
    for (let i = 0; i < 2; i++) await leave(groupId, [gone, other, named]);

    await eventually(() =>
      expect(story.events<JobTargetsLeft>(id, EVENTS.jobTargetsLeft)[0]).toMatchObject({ run: 1, computers: [gone] }),
    );
    await eventually(async () =>
      expect((await inboxCommands(gone, id))[0]).toMatchObject({ kind: 'cancel', code: 'target.left', attempt: 1 }),
    );
    const left = story.events<JobTargetsLeft>(id, EVENTS.jobTargetsLeft).flatMap((event) => event.computers);
    expect(new Set(left)).toEqual(new Set([gone]));
    const asks = async (computerId: string) =>
      (await scheduler.rpc.call(JOB_RPC.commandsFor, { computerId, executions: [{ jobId: id, run: 1, attempt: 1 }] }))
        .commands.length;
    expect([await asks(gone), await asks(other), await asks(stays)]).toEqual([0, 1, 1]);

    // a cancel of the job reaches who has left the group and is a target by name
    await scheduler.rpc.call(JOB_RPC.cancel, { id });
    await eventually(async () =>
      expect((await inboxCommands(named, id)).at(-1)).toMatchObject({
        kind: 'cancel',
        status: 'canceled',
      }),
    );
    expect((await inboxCommands(gone, id)).filter((command) => !(command as CancelCommand).code)).toEqual([]);
  });

  it('of a job that was closed before the scheduler heard of it are told so by their inboxes', async () => {
    const [gone, stays] = computers(scheduler, 2) as [string, string];
    const groupId = await scheduler.group('left-before-the-cancel', [gone, stays]);
    const { id } = await create(scheduler, { targets: { groups: ['left-before-the-cancel'] } });
    await story.released(id);
    scheduler.peers.fleet.groups.get('left-before-the-cancel')!.members.delete(gone);
    await scheduler.rpc.call(JOB_RPC.cancel, { id, reason: 'wrong version' });
    await leave(groupId, [gone]);
    await eventually(async () =>
      expect(await inboxCommands(gone, id)).toMatchObject([
        { kind: 'cancel', status: 'canceled', reason: expect.stringContaining('wrong version') },
      ]),
    );
    expect(await inboxCommands(stays, id)).toEqual([]);
    expect(story.events(id, EVENTS.jobTargetsLeft)).toEqual([]);
  });

  it('and are targets by name all the same hear that the job waits, which the group was told meanwhile', async () => {
    const [named] = computers(scheduler, 1) as [string];
    const groupId = await scheduler.group('left-before-the-pause', [named]);
    const { id } = await create(scheduler, { targets: { groups: ['left-before-the-pause'], computers: [named] } });
    await story.released(id);
    scheduler.peers.fleet.groups.get('left-before-the-pause')!.members.delete(named);
    await scheduler.rpc.call(JOB_RPC.pause, { id, reason: 'a meeting' });
    await leave(groupId, [named]);
    const holds = async () =>
      (await inboxCommands(named, id)).map((command) => (command as unknown as { held?: boolean }).held);
    await eventually(async () => expect(await holds()).toEqual([true]));
    await scheduler.rpc.call(JOB_RPC.resume, { id });
    await eventually(async () => expect(await holds()).toEqual([true, false]));
  });

  it('get no command of a later wave', async () => {
    const members = computers(scheduler, 40);
    const groupId = await scheduler.group('left-before-their-wave', members);
    const { id } = await create(scheduler, {
      targets: { groups: ['left-before-their-wave'] },
      rollout: {
        waves: [{ percent: 50, approval: 'manual' }, { percent: 100 }],
        gate: { successPercent: 0, minimumFinished: 1 },
      },
    });
    await story.assigned(id);
    await story.ready(id, 40);
    await story.becomes(id, { waves: [{ status: 'released' }, { status: 'pending' }] });
    const gone = members.slice(0, 20);
    for (const computerId of gone)
      scheduler.peers.fleet.groups.get('left-before-their-wave')!.members.delete(computerId);
    await leave(groupId, gone);
    await eventually(() => expect(story.events<JobTargetsLeft>(id, EVENTS.jobTargetsLeft)).toHaveLength(1));
    const rows = await scheduler.sql.query('SELECT computer_id FROM job_targets WHERE job_id = $1', [id]);
    expect(rows).toHaveLength(20);
    expect((await story.commands(groupStream(groupId, 1), id, 1)).map(({ command }) => command.kind)).toEqual([
      'execute',
    ]);
  });

  it('while it is being started are looked at when it has', async () => {
    const [gone, stays] = computers(scheduler, 2) as [string, string];
    const groupId = await scheduler.group('left-at-the-start', [gone, stays]);
    const { id } = await create(scheduler, { targets: { groups: ['left-at-the-start'] } });
    await story.assigned(id);
    scheduler.peers.fleet.groups.get('left-at-the-start')!.members.delete(gone);
    await leave(groupId, [gone]);
    // not the event: after twenty deliveries it would come no more, and a search may take longer
    await eventually(async () => expect(await kept(id)).toEqual([{ id: gone, joined: false }]));
    await story.ready(id, 2);
    await eventually(
      () => expect(story.events<JobTargetsLeft>(id, EVENTS.jobTargetsLeft)).toMatchObject([{ computers: [gone] }]),
      { timeoutMs: 30_000 },
    );
    await eventually(async () => expect([await kept(id), await waiting(id)]).toEqual([[], []]));
  }, 60_000);

  it('of a job that is closed while it is being started are forgotten', async () => {
    const [gone, stays, late] = computers(scheduler, 3) as [string, string, string];
    const groupId = await scheduler.group('left-and-closed', [gone, stays]);
    const { id } = await create(scheduler, { targets: { groups: ['left-and-closed'] }, lateJoiners: 'include' });
    await story.assigned(id);
    scheduler.peers.fleet.groups.get('left-and-closed')!.members.add(late);
    const at = new Date().toISOString();
    await scheduler.tell(EVENTS.groupMembersChanged, { v: 1, groupId, joined: [late], left: [gone], at });
    await eventually(async () => expect(await kept(id)).toHaveLength(2));
    await scheduler.rpc.call(JOB_RPC.cancel, { id });
    await eventually(async () => expect([await kept(id), await waiting(id)]).toEqual([[], []]), { timeoutMs: 30_000 });
    expect(story.events(id, EVENTS.jobTargetsLeft)).toEqual([]);
    expect(scheduler.peers.joined.has(id)).toBe(false);
  }, 60_000);
});

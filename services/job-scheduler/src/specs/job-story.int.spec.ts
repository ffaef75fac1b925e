import {
  type CancelCommand,
  EVENTS,
  type ExecuteCommand,
  groupStream,
  inboxShard,
  inboxStream,
  JOB_RPC,
  type JobTargetsAssigned,
} from '@waybill/contracts';
import { eventually, specActor } from '@waybill/testing';
import { verifyManifest } from '@waybill/trust';
import { v7 } from 'uuid';
import { computers, create, get, published, publishVersion, versionView } from './orders.fixtures.spec.js';
import { KEYS } from './scheduler-replicas.spec.js';
import { scheduler, story } from './two-schedulers.fixtures.spec.js';

const timersOf = (jobId: string) =>
  scheduler.sql.query('SELECT kind FROM timers WHERE job_id = $1 ORDER BY kind', [jobId]);

describe('a job for a group and a computer', () => {
  it('runs from its creation to its completion', async () => {
    const [a, b, single, excluded] = computers(scheduler, 4) as [string, string, string, string];
    const groupId = await scheduler.group('accounting', [a, b, excluded]);
    const { id } = await create(scheduler, {
      targets: { groups: ['accounting'], computers: [single], exclude: { computers: [excluded] } },
    });

    const [chunk] = await story.assigned(id);
    expect(chunk).toMatchObject({ chunk: 0, chunks: 1, total: 3 });
    expect(chunk!.targets.map((target) => target.computerId)).toEqual([a, b, single]);
    expect(await scheduler.readStream(groupStream(groupId, 1))).toEqual([]);
    await story.ready(id, 3);

    const [broadcast] = await story.commands<ExecuteCommand>(groupStream(groupId, 1), id, 1);
    expect(broadcast!.message).toMatchObject({
      id: broadcast!.command.id,
      type: 'command.execute.v1',
      headers: { 'x-waybill-seq': 1 },
    });
    expect(broadcast!.command).toMatchObject({
      kind: 'execute',
      audience: { group: groupId, generation: 1 },
      seq: 1,
      selector: { kind: 'all' },
      run: 1,
      attempt: 1,
      action: 'install',
      lateJoiners: 'exclude',
      exclude: { groups: [], computers: [excluded] },
      expiresAt: (await get(scheduler, id)).schedule.expiresAt,
    });
    const { signedManifest, manifestDigest } = broadcast!.command;
    expect(await verifyManifest(signedManifest, manifestDigest, KEYS.current, Date.now())).toMatchObject({
      ok: true,
      kid: KEYS.publish.kid,
      content: { package: 'acme-ledger' },
    });
    const [inbox] = await story.commands<ExecuteCommand>(inboxStream(inboxShard(single)), id, 1);
    expect(inbox!.message.headers).toMatchObject({ 'x-stream-filter-value': single });
    expect(inbox!.command).toMatchObject({
      audience: { shard: inboxShard(single) },
      selector: { kind: 'computers', ids: [single] },
    });

    await story.becomes(id, {
      status: 'running',
      targets: { total: 3 },
      waves: [{ number: 1, percent: 100, status: 'released', total: 3 }],
    });
    await story.finished(id, 3);
    await story.becomes(id, { status: 'completed', waves: [{ status: 'done' }] });
    await eventually(async () => expect(story.statuses(id)).toEqual(['scheduled', 'running', 'completed']));
    expect(await timersOf(id)).toEqual([]);
  });

  it('hears the same words twice without doing anything twice', async () => {
    const groupId = await scheduler.group('twice', computers(scheduler, 2));
    const { id } = await create(scheduler, { targets: { groups: ['twice'] } });
    await story.assigned(id);
    await Promise.all([story.ready(id, 2), story.ready(id, 2), story.ready(id, 2)]);
    await story.commands(groupStream(groupId, 1), id, 1);
    await Promise.all([story.finished(id, 2), story.finished(id, 2)]);
    await story.becomes(id, { status: 'completed' });
    await story.ready(id, 2);
    await story.finished(id, 2);
    // whatever was told before this job has been handled when this job is completed
    const next = await create(scheduler, { targets: { groups: ['twice'] } });
    await story.released(next.id);
    await story.commands(groupStream(groupId, 1), id, 1);
    expect(story.statuses(id)).toEqual(['scheduled', 'running', 'completed']);
    expect(story.events(id, EVENTS.jobTargetsAssigned)).toHaveLength(1);
  });

  it('without anybody to reach is completed with a note', async () => {
    await scheduler.group('empty', []);
    const { id } = await create(scheduler, { targets: { groups: ['empty'] } });
    await story.becomes(id, {
      status: 'completed',
      statusReason: 'No computer was targeted when the job started.',
      targets: { total: 0 },
    });
    expect(story.events(id, EVENTS.jobTargetsAssigned)).toEqual([]);
    expect(await timersOf(id)).toEqual([]);
  });

  it('asks for its targets page by page and hands each on as it comes; the last word says how many there were', async () => {
    const ids = computers(scheduler, 11);
    await scheduler.group('pages', ids);
    scheduler.peers.fleet.pageSize = 4;
    const { id } = await create(scheduler, { targets: { groups: ['pages'] } });
    const chunks = await story.assigned(id);
    scheduler.peers.fleet.pageSize = 5000;
    expect(chunks.map(({ targets }) => targets.map(({ computerId }) => computerId))).toEqual([
      ids.slice(0, 4),
      ids.slice(4, 8),
      ids.slice(8),
      [],
    ]);
    const told = story.events<JobTargetsAssigned>(id, EVENTS.jobTargetsAssigned);
    expect(told.map(({ chunk, chunks: of, total }) => ({ chunk, of, total }))).toEqual(
      [0, 1, 2, 3].map((chunk) => (chunk === 3 ? { chunk, of: 4, total: 11 } : { chunk })),
    );
    expect(await get(scheduler, id)).toMatchObject({ targets: { total: 11 } });
    const asked = scheduler.peers.asked
      .map(({ request }) => request as { after?: string; resolvedAt?: string })
      .filter(({ after }) => ids.includes(after ?? ''));
    expect(asked.map(({ after }) => after)).toEqual([ids[3], ids[7]]);
    expect(new Set(asked.map(({ resolvedAt }) => resolvedAt)).size).toBe(1);
  });

  it('hands on what reports tell computers apart by', async () => {
    const [a, b, single] = computers(scheduler, 3) as [string, string, string];
    await scheduler.group('left', [a, b]);
    await scheduler.group('right', [b]);
    scheduler.peers.fleet.sites.set(a, 'berlin');
    const { id } = await create(scheduler, { targets: { groups: ['left', 'right'], computers: [single] } });
    const [chunk] = await story.assigned(id);
    const of = (computer: string) => chunk!.targets.find(({ computerId }) => computerId === computer);
    expect(of(a)).toMatchObject({ platform: 'linux/x64/debian', site: 'berlin', groups: [0] });
    expect(of(b)).toMatchObject({ site: null, groups: [0, 1] });
    expect(of(single)).toMatchObject({ groups: [] });
  });

  it('reaches the former members of a group that was deleted since in their inboxes', async () => {
    const [a] = computers(scheduler, 1) as [string];
    const groupId = await scheduler.group('doomed', [a]);
    const { id } = await create(scheduler, { targets: { groups: ['doomed'] } });
    await story.assigned(id);
    await scheduler.tell(EVENTS.groupChanged, {
      v: 1,
      groupId,
      name: 'doomed',
      generation: 1,
      revision: 2,
      deleted: true,
    });
    await eventually(async () =>
      expect(
        await scheduler.sql.query('SELECT 1 FROM group_copies WHERE group_id = $1 AND deleted', [groupId]),
      ).toHaveLength(1),
    );
    await story.ready(id, 1);
    await story.commands(inboxStream(inboxShard(a)), id, 1);
    expect(await scheduler.readStream(groupStream(groupId, 1))).toEqual([]);
  });
});

describe('an excluded group that is deleted between resolution and release', () => {
  it('nothing is broadcast: its former members could not tell that they are to be spared', async () => {
    const [a, spared] = computers(scheduler, 2) as [string, string];
    const groupId = await scheduler.group('floors', [a, spared]);
    const excludedId = await scheduler.group('lobby', [spared]);
    const { id } = await create(scheduler, {
      targets: { groups: ['floors'], exclude: { groups: ['lobby'] } },
    });
    await story.assigned(id);
    const removed = { v: 1, groupId: excludedId, name: 'lobby', generation: 1, revision: 2, deleted: true };
    await scheduler.tell(EVENTS.groupChanged, removed);
    await eventually(async () =>
      expect(
        await scheduler.sql.query('SELECT 1 FROM group_copies WHERE group_id = $1 AND deleted', [excludedId]),
      ).toHaveLength(1),
    );
    await story.ready(id, 1);
    await story.commands(inboxStream(inboxShard(a)), id, 1);
    expect(await scheduler.readStream(groupStream(groupId, 1))).toEqual([]);
  });
});

describe('a group that is deleted before the start', () => {
  it('and was excluded: nothing is sent, and the job says which group', async () => {
    const [a, spared] = computers(scheduler, 2) as [string, string];
    const groupId = await scheduler.group('offices', [a, spared]);
    await scheduler.group('kiosks', [spared]);
    const { id } = await create(scheduler, {
      targets: { groups: ['offices'], exclude: { groups: ['kiosks'] } },
      schedule: { startAt: '2030-01-01T00:00:00Z' },
    });
    scheduler.peers.fleet.groups.delete('kiosks');
    await story.startNow(id);
    await story.becomes(id, {
      status: 'canceled',
      statusReason: expect.stringMatching(/^target\.groupRemoved: The group "kiosks"/),
    });
    expect(story.events(id, EVENTS.jobTargetsAssigned)).toEqual([]);
    expect(await scheduler.readStream(groupStream(groupId, 1))).toEqual([]);
    expect(await timersOf(id)).toEqual([]);
  });

  it('and was the only target: the job is not completed', async () => {
    await scheduler.group('vanished', computers(scheduler, 1));
    const { id } = await create(scheduler, {
      targets: { groups: ['vanished'] },
      schedule: { startAt: '2030-01-01T00:00:00Z' },
    });
    scheduler.peers.fleet.groups.delete('vanished');
    await story.startNow(id);
    await story.becomes(id, { status: 'canceled', statusReason: expect.stringContaining('"vanished"') });
  });

  it('and was one of two targets: the other is served, and the job says so to its end', async () => {
    const [a] = computers(scheduler, 1) as [string];
    await scheduler.group('stays', [a]);
    await scheduler.group('goes', computers(scheduler, 1));
    const { id } = await create(scheduler, {
      targets: { groups: ['stays', 'goes'] },
      schedule: { startAt: '2030-01-01T00:00:00Z' },
    });
    scheduler.peers.fleet.groups.delete('goes');
    await story.startNow(id);
    await story.released(id);
    await story.finished(id, 1);
    const statusReason = expect.stringMatching(/^target\.groupRemoved: The group "goes"/) as unknown;
    await story.becomes(id, { status: 'completed', statusReason, targets: { total: 1 } });
  });
});

describe('a version that is withdrawn before the start', () => {
  const scheduled = async (name: string) => {
    const event = await publishVersion(scheduler, published(name, '1'));
    const groupId = await scheduler.group(`for ${name}`, computers(scheduler, 1));
    const { id } = await create(scheduler, {
      package: name,
      version: '1',
      targets: { groups: [`for ${name}`] },
      schedule: { startAt: '2030-01-01T00:00:00Z' },
    });
    return { event, groupId, id };
  };
  const withdrawn = { status: 'canceled', statusReason: expect.stringMatching(/^version\.withdrawn: /) as string };

  it('is not sent, even when the scheduler has not heard of it yet', async () => {
    const { event, groupId, id } = await scheduled('recalled');
    scheduler.peers.versions.set('recalled 1', versionView(event, { status: 'withdrawn' }));
    await story.startNow(id);
    await story.becomes(id, withdrawn);
    expect(story.events(id, EVENTS.jobTargetsAssigned)).toEqual([]);
    expect(await scheduler.readStream(groupStream(groupId, 1))).toEqual([]);
    expect(await timersOf(id)).toEqual([]);
  });

  it('or between resolution and release: no command leaves and the executions are closed', async () => {
    const { event, groupId, id } = await scheduled('late-recall');
    await story.startNow(id);
    await story.assigned(id);
    await scheduler.tell(EVENTS.packageVersionWithdrawn, {
      v: 1,
      versionId: event.versionId,
      package: event.package,
      version: event.version,
      withdrawnAt: new Date().toISOString(),
    });
    await eventually(async () =>
      expect(
        await scheduler.sql.query('SELECT 1 FROM version_copies WHERE version_id = $1 AND withdrawn_at IS NOT NULL', [
          event.versionId,
        ]),
      ).toHaveLength(1),
    );
    await story.ready(id, 1);
    await story.becomes(id, withdrawn);
    await eventually(async () => expect(story.events(id, EVENTS.jobCancelRequested)).toHaveLength(1));
    expect(await scheduler.readStream(groupStream(groupId, 1))).toEqual([]);
  });
});

describe('cancel', () => {
  it('tells executions and agents, on every stream that carried a command', async () => {
    const [a, single] = computers(scheduler, 2) as [string, string];
    const groupId = await scheduler.group('canceled', [a]);
    const { id } = await create(scheduler, { targets: { groups: ['canceled'], computers: [single] } });
    await story.released(id);
    const view = await scheduler.rpc.call(JOB_RPC.cancel, { id, reason: 'wrong group' });
    expect(view).toMatchObject({ status: 'canceled', statusReason: 'Canceled by admin: wrong group' });
    for (const stream of [groupStream(groupId, 1), inboxStream(inboxShard(single))]) {
      const [, cancel] = await story.commands<CancelCommand>(stream, id, 2);
      expect(cancel!.command).toMatchObject({
        kind: 'cancel',
        status: 'canceled',
        attempt: 1,
        reason: 'Canceled by admin: wrong group',
      });
      expect(cancel!.message.type).toBe('command.cancel.v1');
    }
    await eventually(async () =>
      expect(story.events(id, EVENTS.jobCancelRequested)).toMatchObject([{ status: 'canceled', attempt: 1 }]),
    );
    expect(await timersOf(id)).toEqual([]);
  });

  it('before the start leaves nothing behind', async () => {
    await scheduler.group('never', computers(scheduler, 1));
    const { id } = await create(scheduler, {
      targets: { groups: ['never'] },
      schedule: { startAt: '2030-01-01T00:00:00Z' },
    });
    await scheduler.rpc.call(JOB_RPC.cancel, { id });
    expect(await timersOf(id)).toEqual([]);
    await eventually(async () => expect(story.statuses(id)).toEqual(['scheduled', 'canceled']));
    expect(story.events(id, EVENTS.jobCancelRequested)).toEqual([]);
  });

  it('between assignment and release: no command ever leaves, and what result made since is closed too', async () => {
    const groupId = await scheduler.group('between', computers(scheduler, 2));
    const { id } = await create(scheduler, { targets: { groups: ['between'] } });
    await story.assigned(id);
    await scheduler.rpc.call(JOB_RPC.cancel, { id });
    await story.ready(id, 2);
    await eventually(async () => expect(story.events(id, EVENTS.jobCancelRequested)).toHaveLength(2));
    expect(await scheduler.readStream(groupStream(groupId, 1))).toEqual([]);
  });

  it('of two administrators at once lets one win', async () => {
    await scheduler.group('two', computers(scheduler, 1));
    const { id } = await create(scheduler, { targets: { groups: ['two'] } });
    await story.released(id);
    const { revision } = await get(scheduler, id);
    const both = await Promise.allSettled(
      ['a', 'b'].map((name) => scheduler.rpc.as(specActor({ name }), JOB_RPC.cancel, { id, revision })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [loser] = both.filter((one) => one.status === 'rejected');
    expect(loser!.reason).toMatchObject({ kind: 'precondition', code: 'precondition.failed' });
  });

  it.each([
    ['an unknown job', v7(), {}, { kind: 'notFound', code: 'job.notFound' }],
    ['a reason that cannot be stored', v7(), { reason: 'a\u0000b' }, { kind: 'invalid', code: 'request.invalid' }],
    ['an id that is none', 'x', {}, { kind: 'invalid', code: 'request.invalid' }],
  ])('refuses %s', async (_what, id, rest, error) => {
    await expect(scheduler.rpc.call(JOB_RPC.cancel, { id, ...rest })).rejects.toMatchObject(error);
  });

  it('refuses a job that is over and names the states in which it would be possible', async () => {
    await scheduler.group('over', []);
    const { id } = await create(scheduler, { targets: { groups: ['over'] } });
    await story.becomes(id, { status: 'completed' });
    await expect(scheduler.rpc.call(JOB_RPC.cancel, { id })).rejects.toMatchObject({
      kind: 'conflict',
      code: 'job.wrongState',
      detail: expect.stringContaining('draft, scheduled, running, paused or halted'),
    });
  });
});

describe('expiry', () => {
  it('is like cancel with status expired, on time', async () => {
    const groupId = await scheduler.group('expiring', computers(scheduler, 2));
    const expiresAt = new Date(Date.now() + 2500);
    const { id } = await create(scheduler, {
      targets: { groups: ['expiring'] },
      schedule: { expiresAt: expiresAt.toISOString() },
    });
    await story.released(id);
    await story.becomes(id, { status: 'expired' });
    const { finishedAt } = await get(scheduler, id);
    expect(Date.parse(finishedAt!) - expiresAt.getTime()).toBeGreaterThanOrEqual(0);
    expect(Date.parse(finishedAt!) - expiresAt.getTime()).toBeLessThan(1000);
    const [, cancel] = await story.commands<CancelCommand>(groupStream(groupId, 1), id, 2);
    expect(cancel!.command).toMatchObject({ kind: 'cancel', status: 'expired' });
    await eventually(async () =>
      expect(story.events(id, EVENTS.jobCancelRequested)).toMatchObject([{ status: 'expired', attempt: 1 }]),
    );
  });
});

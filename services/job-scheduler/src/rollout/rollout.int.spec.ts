import {
  type CreateJob,
  emptyCounters,
  EVENTS,
  type ExecuteCommand,
  groupStream,
  inboxShard,
  inboxStream,
  JOB_RPC,
  type JobTargetsAssigned,
  type JobComputersTold,
  type JobWaveReleased,
  rolloutHash,
  selects,
  waveOf,
  waveSlice,
} from '@waybill/contracts';
import { eventually, specActor } from '@waybill/testing';
import { v7 } from 'uuid';
import { computers, create, get } from '../specs/orders.fixtures.spec.js';
import { scheduler, story } from '../specs/two-schedulers.fixtures.spec.js';

const PERCENTS = [20, 60, 100];
const COUNT = 60;

/** A job in three waves for a group, with everything stored and its first wave released. */
async function rolledOut(name: string, changes: Partial<CreateJob> = {}) {
  const members = computers(scheduler, COUNT);
  const groupId = await scheduler.group(name, members);
  const { id } = await create(scheduler, {
    targets: { groups: [name] },
    rollout: {
      waves: [{ percent: 20, soak: 'PT1S' }, { percent: 60, approval: 'manual' }, { percent: 100 }],
      gate: { successPercent: 90, minimumFinished: 1_000 },
    },
    ...changes,
  });
  const chunks = await story.assigned(id);
  await story.ready(id, COUNT);
  const stream = groupStream(groupId, 1);
  const inWave = (wave: number) => members.filter((computer) => waveOf(id, computer, PERCENTS) === wave);
  return { id, stream, chunks, members, inWave, sizes: [1, 2, 3].map((wave) => inWave(wave).length) };
}

/** What result tells when in each wave so many have succeeded and failed. */
async function tell(id: string, sizes: readonly number[], waves: readonly (readonly [number, number])[]) {
  const sum = (of: 0 | 1) => waves.reduce((total, wave) => total + wave[of], 0);
  const [succeeded, failed] = [sum(0), sum(1)];
  await scheduler.tell(EVENTS.jobProgressed, {
    v: 1,
    jobId: id,
    run: 1,
    total: COUNT,
    counters: { ...emptyCounters(), succeeded, failed, queued: COUNT - succeeded - failed },
    waves: sizes.map((total, i) => {
      const [good, bad] = waves[i] ?? [0, 0];
      return { wave: i + 1, total, finished: good + bad, succeeded: good };
    }),
    finished: succeeded + failed,
    attempt: 1,
    at: new Date().toISOString(),
  });
}

const selectors = async (stream: string, id: string, count: number) =>
  (await story.commands<ExecuteCommand>(stream, id, count)).map(({ command }) => command.selector);
const slice = (wave: number) => ({ kind: 'slice', ...waveSlice(PERCENTS, wave) });

describe('a job in waves', () => {
  it('goes from wave to wave by its gates, a person and its end; each wave is one command for the group', async () => {
    const { id, stream, chunks, members, inWave, sizes } = await rolledOut('in-waves');
    // result is told of the same waves
    const assigned = chunks.flatMap((chunk: JobTargetsAssigned) => chunk.targets);
    expect(assigned.map(({ computerId, wave }) => [computerId, wave])).toEqual(
      members.map((computer) => [computer, waveOf(id, computer, PERCENTS)]),
    );
    await story.becomes(id, {
      waves: [
        { status: 'released', total: sizes[0] },
        { status: 'pending', total: sizes[1] },
        { status: 'pending', total: sizes[2] },
      ],
    });
    expect(await selectors(stream, id, 1)).toEqual([slice(1)]);

    await tell(id, sizes, [[sizes[0]!, 0]]);
    await story.becomes(id, { waves: [{ status: 'done' }, { status: 'released' }, { status: 'pending' }] });
    expect(await selectors(stream, id, 2)).toEqual([slice(1), slice(2)]);
    await eventually(() =>
      expect(story.events<JobWaveReleased>(id, EVENTS.jobWaveReleased)).toMatchObject([{ run: 1, wave: 2 }]),
    );

    await tell(id, sizes, [
      [sizes[0]!, 0],
      [sizes[1]!, 0],
    ]);
    await eventually(async () =>
      expect((await get(scheduler, id)).statusReason).toMatch(/^Wave 3 of 3 waits until somebody approves/),
    );
    // a computer of wave 3 that asks what it has to do is told nothing yet, one of wave 1 is
    const ask = async (computerId: string) =>
      (await scheduler.rpc.call(JOB_RPC.commandsFor, { computerId, executions: [{ jobId: id, run: 1, attempt: 1 }] }))
        .commands.length;
    const [early, late] = [inWave(1)[0]!, inWave(3)[0]!];
    expect([await ask(early), await ask(late)]).toEqual([1, 0]);
    await scheduler.rpc.call(JOB_RPC.approve, { id });
    expect(await selectors(stream, id, 3)).toEqual([slice(1), slice(2), slice(3)]);
    expect(await ask(late)).toBe(1);
    await story.becomes(id, { waves: [{ status: 'done' }, { approvedBy: 'admin' }, { status: 'released' }] });
    await story.finished(id, COUNT);
    await story.becomes(id, {
      status: 'completed',
      waves: [{ status: 'done' }, { status: 'done' }, { status: 'done' }],
    });
  });

  it('halts at a gate, sends nothing to anybody then, and goes on when somebody resumes it', async () => {
    const { id, stream, sizes, inWave } = await rolledOut('halting');
    await story.becomes(id, { waves: [{ status: 'released' }, {}, {}] });
    await tell(id, sizes, [[sizes[0]! - 3, 3]]);
    await story.becomes(id, { status: 'halted', statusReason: expect.stringMatching(/^rollout\.gate: /) });
    const kinds = async (count: number) =>
      (await story.commands(stream, id, count)).map(({ command }) =>
        command.kind === 'hold' ? `hold ${command.held}` : command.kind,
      );
    expect(await kinds(2)).toEqual(['execute', 'hold true']);
    const asks = async (computerId: string) => {
      const executions = [{ jobId: id, run: 1, attempt: 1 }];
      const answer = await scheduler.rpc.call(JOB_RPC.commandsFor, { computerId, executions });
      return Promise.all(answer.commands.map(async (jws) => (await story.verify(jws)).kind));
    };
    // who has been told waits, who has not is told nothing
    expect([await asks(inWave(1)[0]!), await asks(inWave(2)[0]!)]).toEqual([['hold', 'execute'], []]);
    // whoever may only re-execute does not let it go on, not even for one computer
    const again = { id, only: { computers: [inWave(1)[0]!] }, requestId: v7() };
    const helpdesk = specActor({ id: 'x', grants: [{ role: 'helpdesk' }] });
    await expect(scheduler.rpc.as(helpdesk, JOB_RPC.reexecute, again)).rejects.toMatchObject({
      kind: 'forbidden',
      code: 'permission.required',
    });
    const { revision } = await get(scheduler, id);
    await expect(scheduler.rpc.call(JOB_RPC.resume, { id, revision: revision - 1 })).rejects.toMatchObject({
      code: 'precondition.failed',
    });
    const resumed = await scheduler.rpc.call(JOB_RPC.resume, { id, revision });
    expect(resumed).toMatchObject({ status: 'running', waves: [{}, { status: 'released' }, { status: 'pending' }] });
    expect(await kinds(4)).toEqual(['execute', 'hold true', 'hold false', 'execute']);
    expect((await selectors(stream, id, 4)).at(-1)).toEqual(slice(2));
    expect(await asks(inWave(2)[0]!)).toEqual(['execute']);
    await expect(scheduler.rpc.call(JOB_RPC.resume, { id })).rejects.toMatchObject({ code: 'job.wrongState' });
    await eventually(() => expect(story.statuses(id)).toEqual(['scheduled', 'running', 'halted', 'running']));
  });

  it('reaches single computers by their inboxes, those of the wave only', async () => {
    const members = computers(scheduler, 20);
    const { id } = await create(scheduler, {
      targets: { computers: members },
      rollout: { waves: [{ percent: 20, soak: 'PT1H' }, { percent: 100 }] },
    });
    await story.assigned(id);
    await story.ready(id, 20);
    await story.becomes(id, { waves: [{ status: 'released' }, { status: 'pending' }] });
    const first = members.filter((computer) => waveOf(id, computer, [20, 100]) === 1);
    const told: string[] = [];
    for (const shard of new Set(first.map((computer) => inboxShard(computer)))) {
      const expected = first.filter((computer) => inboxShard(computer) === shard);
      for (const { command } of await story.commands<ExecuteCommand>(inboxStream(shard), id, 1)) {
        expect(command.selector).toEqual({ kind: 'computers', ids: expected });
        told.push(...expected);
      }
    }
    expect(told.toSorted()).toEqual(first.toSorted());
  });

  it('survives that everything is told twice: a wave is released once', async () => {
    const { id, stream, sizes } = await rolledOut('told-twice');
    const first = [[sizes[0]!, 0]] as const;
    await Promise.all(Array.from({ length: 5 }, () => tell(id, sizes, first)));
    await story.becomes(id, { waves: [{ status: 'done' }, { status: 'released' }, {}] });
    await Promise.all(Array.from({ length: 5 }, () => tell(id, sizes, first)));
    await story.ready(id, COUNT);
    expect(await selectors(stream, id, 2)).toEqual([slice(1), slice(2)]);
  });

  it('is refused with every error at once when its waves make no sense, and nothing is created', async () => {
    const before = await scheduler.sql.query('SELECT count(*) FROM jobs');
    const waves = [{ percent: 50 }, { percent: 10 }, { percent: 90, soak: 'PT1H' }];
    await expect(create(scheduler, { rollout: { waves }, targets: { groups: ['nobody-here'] } })).rejects.toMatchObject(
      {
        code: 'job.invalid',
        errors: expect.arrayContaining(
          ['/rollout/waves/1/percent', '/rollout/waves/2/percent', '/rollout/waves/2/soak', '/targets/groups/0'].map(
            (pointer) => expect.objectContaining({ pointer }),
          ),
        ),
      },
    );
    expect(await scheduler.sql.query('SELECT count(*) FROM jobs')).toEqual(before);
  });
});

describe('a job that tells its computers little by little', () => {
  const told = async (id: string, counts: Partial<Record<'installing' | 'succeeded', number>>) =>
    scheduler.tell(EVENTS.jobProgressed, {
      v: 1,
      jobId: id,
      run: 1,
      total: COUNT,
      counters: {
        ...emptyCounters(),
        ...counts,
        queued: COUNT - Object.values(counts).reduce((sum, count) => sum + count, 0),
      },
      finished: counts.succeeded ?? 0,
      attempt: 1,
      at: new Date().toISOString(),
    });

  it('tells the next ones, in the order of the waves, when there is room; nobody asks in vain who is not told', async () => {
    const members = computers(scheduler, COUNT);
    const groupId = await scheduler.group('little-by-little', members);
    const { id } = await create(scheduler, { targets: { groups: ['little-by-little'] }, rollout: { maxInFlight: 10 } });
    const chunks = await story.assigned(id);
    expect(chunks).toMatchObject([{ paced: true }]);
    await story.ready(id, COUNT);
    const order = members.toSorted((a, b) => rolloutHash(id, a) - rolloutHash(id, b));
    const stream = groupStream(groupId, 1);
    const reached = async (commands: number) =>
      (await selectors(stream, id, commands)).map((selector) =>
        order.filter((computerId) => selects(selector, id, { computerId, succeeded: false, lastAttempt: 0 })),
      );
    expect(await reached(1)).toEqual([order.slice(0, 10)]);
    await eventually(() =>
      expect(story.events<JobComputersTold>(id, EVENTS.jobComputersTold)).toMatchObject([
        { run: 1, computers: order.slice(0, 10) },
      ]),
    );
    expect(await get(scheduler, id)).toMatchObject({
      rollout: { maxInFlight: 10, waves: [{ percent: 100 }] },
      statusReason: '10 of 60 computers have been told; 10 are at work, at most 10 may be.',
    });
    const ask = async (computerId: string) =>
      (await scheduler.rpc.call(JOB_RPC.commandsFor, { computerId, executions: [{ jobId: id, run: 1, attempt: 1 }] }))
        .commands.length;
    expect([await ask(order[9]!), await ask(order[10]!)]).toEqual([1, 0]);

    await told(id, { installing: 7, succeeded: 3 });
    expect((await reached(2))[1]).toEqual(order.slice(10, 13));
    expect(await ask(order[10]!)).toBe(1);

    // four of those at work are gone: nobody waits for them
    const gone = order.slice(3, 7);
    for (const computerId of gone) scheduler.peers.fleet.gone.set(computerId, '2026-01-01T00:00:00.000Z');
    scheduler.peers.atWork = order.slice(3, 13);
    await told(id, { installing: 10, succeeded: 3 });
    expect((await reached(3))[2]).toEqual(order.slice(13, 17));

    await told(id, { succeeded: COUNT });
    await story.becomes(id, { status: 'completed' });
  }, 60_000);

  it('reaches single computers by their inboxes, and is refused with limits that mean nothing', async () => {
    const members = computers(scheduler, 20);
    const { id } = await create(scheduler, { targets: { computers: members }, rollout: { ratePerMinute: 12 } });
    await story.assigned(id);
    await story.ready(id, 20);
    const first = members.toSorted((a, b) => rolloutHash(id, a) - rolloutHash(id, b))[0]!;
    const [sent] = await story.commands<ExecuteCommand>(inboxStream(inboxShard(first)), id, 1);
    expect(sent!.command.selector).toEqual({ kind: 'computers', ids: [first] });
    for (const rollout of [{ maxInFlight: 0 }, { maxInFlight: 5_001 }, { ratePerMinute: -1 }, { ratePerMinute: 1.5 }])
      await expect(create(scheduler, { rollout })).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('a stop condition', () => {
  it('stops a job that everybody was told at once as well; re-executing what failed lets it run again', async () => {
    const members = computers(scheduler, COUNT);
    await scheduler.group('stopping', members);
    const { id } = await create(scheduler, {
      targets: { groups: ['stopping'] },
      stopWhen: { failedPercent: 5, minimumFinished: 20 },
    });
    await story.assigned(id);
    await story.ready(id, COUNT);
    await story.becomes(id, { waves: [{ status: 'released' }] });
    const counters = { ...emptyCounters(), succeeded: 20, failed: 4, queued: COUNT - 24 };
    const at = new Date().toISOString();
    const progress = { v: 1, jobId: id, run: 1, total: COUNT, counters, finished: 24, attempt: 1, at };
    await scheduler.tell(EVENTS.jobProgressed, progress);
    await story.becomes(id, { status: 'halted', statusReason: expect.stringMatching(/^rollout\.stopWhen: 4 of 24/) });
    await scheduler.tell(EVENTS.jobProgressed, {
      ...progress,
      counters: { ...emptyCounters(), succeeded: COUNT - 4, failed: 4 },
      finished: COUNT,
    });
    // what had been told before has ended: there is nothing left to stop
    await story.becomes(id, { status: 'completed' });
  });
});

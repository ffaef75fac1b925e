import {
  type Command,
  emptyCounters,
  EVENTS,
  type ExecuteCommand,
  groupStream,
  type HoldCommand,
  JOB_RPC,
} from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { computers, create, get } from '../specs/orders.fixtures.spec.js';
import { scheduler, story } from '../specs/two-schedulers.fixtures.spec.js';

describe('pausing', () => {
  it('is said on the streams and to whoever asks, until somebody resumes', async () => {
    const members = computers(scheduler, 3);
    const groupId = await scheduler.group('pausing', members);
    const { id } = await create(scheduler, { targets: { groups: ['pausing'] } });
    await story.released(id);
    const { revision } = await get(scheduler, id);
    const stale = scheduler.rpc.call(JOB_RPC.pause, { id, revision: revision - 1 });
    await expect(stale).rejects.toMatchObject({ code: 'precondition.failed' });
    const paused = await scheduler.rpc.call(JOB_RPC.pause, { id, reason: 'a meeting', revision });
    expect(paused).toMatchObject({ status: 'paused', statusReason: 'Paused by admin: a meeting' });

    const stream = groupStream(groupId, 1);
    const [, hold] = await story.commands<HoldCommand>(stream, id, 2);
    expect(hold!.message.type).toBe('command.hold.v1');
    expect(hold!.command).toMatchObject({ kind: 'hold', held: true, selector: { kind: 'all' }, run: 1, attempt: 1 });
    const asks = async () => {
      const executions = [{ jobId: id, run: 1, attempt: 1 }];
      const answer = await scheduler.rpc.call(JOB_RPC.commandsFor, { computerId: members[0]!, executions });
      return Promise.all(answer.commands.map((jws) => story.verify<Command>(jws)));
    };
    // whoever has missed the order is told it, too, and waits with it
    expect(await asks()).toMatchObject([
      { kind: 'hold', held: true, audience: { computer: members[0] } },
      { kind: 'execute', attempt: 1, revision: paused.revision },
    ]);

    await expect(scheduler.rpc.call(JOB_RPC.pause, { id })).rejects.toMatchObject({ code: 'job.wrongState' });
    expect(await scheduler.rpc.call(JOB_RPC.resume, { id })).toMatchObject({ status: 'running', statusReason: null });
    const [, , goOn] = await story.commands<HoldCommand>(stream, id, 3);
    expect(goOn!.command).toMatchObject({ kind: 'hold', held: false });
    expect((await asks()) as ExecuteCommand[]).toMatchObject([{ kind: 'execute', attempt: 1 }]);
    expect(story.statuses(id)).toEqual(['scheduled', 'running', 'paused', 'running']);
  });

  it('loses nothing of what ends meanwhile: the next wave is judged by it when the job goes on', async () => {
    const members = computers(scheduler, 60);
    await scheduler.group('pausing-waves', members);
    const { id } = await create(scheduler, {
      targets: { groups: ['pausing-waves'] },
      rollout: {
        waves: [{ percent: 50, soak: 'PT1S' }, { percent: 100 }],
        gate: { successPercent: 90, minimumFinished: 20 },
      },
    });
    await story.assigned(id);
    await story.ready(id, 60);
    await story.becomes(id, { waves: [{ status: 'released' }, { status: 'pending' }] });
    const { waves } = await get(scheduler, id);
    const [first, second] = waves.map(({ total }) => total!) as [number, number];
    await scheduler.rpc.call(JOB_RPC.pause, { id });
    const failed = 10;
    const finished = first;
    await scheduler.tell(EVENTS.jobProgressed, {
      v: 1,
      jobId: id,
      run: 1,
      total: 60,
      counters: { ...emptyCounters(), succeeded: finished - failed, failed, queued: 60 - finished },
      waves: [
        { wave: 1, total: first, finished, succeeded: finished - failed, failed },
        { wave: 2, total: second, finished: 0, succeeded: 0, failed: 0 },
      ],
      finished,
      attempt: 1,
      at: new Date().toISOString(),
    });
    await eventually(async () => {
      const [row] = await scheduler.sql.query(`SELECT rollout_state FROM jobs WHERE id = $1`, [id]);
      expect(row.rollout_state.tally).toEqual({ finished, failed });
    });
    await eventually(async () => {
      const resumed =
        (await get(scheduler, id)).status === 'paused'
          ? await scheduler.rpc.call(JOB_RPC.resume, { id })
          : await get(scheduler, id);
      expect(resumed).toMatchObject({ status: 'halted', statusReason: expect.stringMatching(/^rollout\.gate: /) });
    });
  });

  it('of a reason that no line can hold is refused', async () => {
    await expect(
      scheduler.rpc.call(JOB_RPC.pause, { id: '0199aaaa-0000-7000-8000-000000000001', reason: 'a\nb' }),
    ).rejects.toMatchObject({ code: 'request.invalid' });
  });
});

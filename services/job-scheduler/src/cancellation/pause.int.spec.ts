import { type Command, type ExecuteCommand, groupStream, type HoldCommand, JOB_RPC } from '@waybill/contracts';
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
    expect(await asks()).toMatchObject([{ kind: 'hold', held: true, audience: { computer: members[0] } }]);

    await expect(scheduler.rpc.call(JOB_RPC.pause, { id })).rejects.toMatchObject({ code: 'job.wrongState' });
    expect(await scheduler.rpc.call(JOB_RPC.resume, { id })).toMatchObject({ status: 'running', statusReason: null });
    const [, , goOn] = await story.commands<HoldCommand>(stream, id, 3);
    expect(goOn!.command).toMatchObject({ kind: 'hold', held: false });
    expect((await asks()) as ExecuteCommand[]).toMatchObject([{ kind: 'execute', attempt: 1 }]);
    expect(story.statuses(id)).toEqual(['scheduled', 'running', 'paused', 'running']);
  });

  it('of a reason that no line can hold is refused', async () => {
    await expect(
      scheduler.rpc.call(JOB_RPC.pause, { id: '0199aaaa-0000-7000-8000-000000000001', reason: 'a\nb' }),
    ).rejects.toMatchObject({ code: 'request.invalid' });
  });
});

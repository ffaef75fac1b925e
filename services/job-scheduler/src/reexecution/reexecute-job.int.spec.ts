import {
  EVENTS,
  type ExecuteCommand,
  groupStream,
  inboxShard,
  inboxStream,
  JOB_RPC,
  type Reexecuted,
  type ReexecuteOnly,
  RESULT_RPC,
  type ReopenExecutions,
  WaybillError,
} from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { v7 } from 'uuid';
import { computers, create, get } from '../specs/orders.fixtures.spec.js';
import { scheduler, story } from '../specs/two-schedulers.fixtures.spec.js';

afterEach(() => (scheduler.peers.reopens = []));

function reexecute(
  id: string,
  only: ReexecuteOnly = 'failed',
  rest: { requestId?: string; revision?: number } = {},
): Promise<Reexecuted> {
  return scheduler.rpc.call(JOB_RPC.reexecute, { id, only, requestId: v7(), ...rest }, { timeoutMs: 20_000 });
}

/** A completed job of a group of its own. */
async function completedJob(members: string[]): Promise<{ id: string; groupId: string }> {
  const name = `group ${v7()}`;
  const groupId = await scheduler.group(name, members);
  const { id } = await create(scheduler, { targets: { groups: [name] } });
  await story.released(id);
  await story.finished(id, members.length);
  await story.becomes(id, { status: 'completed' });
  return { id, groupId };
}

const reopenRequests = (jobId: string) =>
  scheduler.peers.asked
    .filter(({ pattern }) => pattern === RESULT_RPC.reopen)
    .map(({ request }) => request as ReopenExecutions)
    .filter((request) => request.jobId === jobId);

describe('re-execute', () => {
  it('sends a new attempt to the inboxes of the reopened computers only, and the job runs until they are final', async () => {
    const [a, b] = computers(scheduler, 2) as [string, string];
    const { id, groupId } = await completedJob([a, b]);
    scheduler.peers.reopens = [b];
    expect(await reexecute(id)).toEqual({ attempt: 2, computers: 1 });
    expect(reopenRequests(id)).toMatchObject([{ run: 1, only: 'failed', attempt: 2 }]);

    const [sent] = await story.commands<ExecuteCommand>(inboxStream(inboxShard(b)), id, 1);
    expect(sent!.command).toMatchObject({ kind: 'execute', attempt: 2, selector: { kind: 'computers', ids: [b] } });
    await story.commands(groupStream(groupId, 1), id, 1);

    expect(await get(scheduler, id)).toMatchObject({ status: 'running', attempt: 2, finishedAt: null });
    await story.finished(id, 2, 1);
    await story.finished(id, 2, 2);
    await story.becomes(id, { status: 'completed', attempt: 2 });
    await eventually(() =>
      expect(story.statuses(id)).toEqual(['scheduled', 'running', 'completed', 'running', 'completed']),
    );
  });

  it('asks for what it is told, and nobody matching uses no attempt up', async () => {
    const [a] = computers(scheduler, 1) as [string];
    const { id } = await completedJob([a]);
    expect(await reexecute(id, 'unsuccessful')).toEqual({ attempt: null, computers: 0 });
    expect(await get(scheduler, id)).toMatchObject({ status: 'completed', attempt: 1 });
    expect(await reexecute(id, { computers: [a.toUpperCase()] })).toEqual({ attempt: 2, computers: 1 });
    expect(reopenRequests(id)).toMatchObject([
      { only: 'unsuccessful', attempt: 2 },
      { only: 'computers', computers: [a], attempt: 2 },
    ]);
  });

  it('takes a filter over executions, and nothing of one that result refuses', async () => {
    const [a] = computers(scheduler, 1) as [string];
    const { id } = await completedJob([a]);
    scheduler.peers.reopens = [a];
    const filter = 'exitCode==1618;reason==install.*';
    expect(await reexecute(id, { filter })).toEqual({ attempt: 2, computers: 1 });
    expect(reopenRequests(id)).toMatchObject([
      { only: 'filter', filter, dryRun: true },
      { only: 'filter', filter, attempt: 2 },
    ]);
    const other = await completedJob([a]);
    const reopen = scheduler.peers.answers.get(RESULT_RPC.reopen)!;
    scheduler.peers.answers.set(RESULT_RPC.reopen, () => {
      throw new WaybillError('invalid', 'filter.field', 'There is no field colour.');
    });
    await expect(reexecute(other.id, { filter: 'colour==red' })).rejects.toMatchObject({ code: 'filter.field' });
    scheduler.peers.answers.set(RESULT_RPC.reopen, reopen);
    expect(await get(scheduler, other.id)).toMatchObject({ status: 'completed', attempt: 1, reexecuting: false });
  });

  it('the same request at once and again is carried out once and answered the same', async () => {
    const [a] = computers(scheduler, 1) as [string];
    const { id } = await completedJob([a]);
    scheduler.peers.reopens = [a];
    const requestId = v7();
    const { revision } = await get(scheduler, id);
    const answers = await Promise.all([1, 2, 3].map(() => reexecute(id, 'failed', { requestId, revision })));
    answers.push(await reexecute(id, 'failed', { requestId, revision }));
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"attempt":2,"computers":1}']));
    await story.commands(inboxStream(inboxShard(a)), id, 1);
    expect(await get(scheduler, id)).toMatchObject({ attempt: 2 });
  });

  it('that result did not answer is carried out when result is back, and the same request tells the outcome', async () => {
    const [a] = computers(scheduler, 1) as [string];
    const { id } = await completedJob([a]);
    scheduler.peers.reopens = [a];
    const reopen = scheduler.peers.answers.get(RESULT_RPC.reopen)!;
    scheduler.peers.answers.set(RESULT_RPC.reopen, () => {
      throw new WaybillError('unavailable', 'result.away', 'Result is away.');
    });
    const requestId = v7();
    await expect(reexecute(id, 'failed', { requestId })).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(reexecute(id)).rejects.toMatchObject({ kind: 'conflict', code: 'job.reexecutionPending' });
    scheduler.peers.answers.set(RESULT_RPC.reopen, reopen);
    await eventually(async () => expect(await get(scheduler, id)).toMatchObject({ status: 'running', attempt: 2 }), {
      timeoutMs: 20_000,
    });
    expect(await reexecute(id, 'failed', { requestId })).toEqual({ attempt: 2, computers: 1 });
    await story.commands(inboxStream(inboxShard(a)), id, 1);
    await eventually(async () =>
      expect(
        await scheduler.sql.query(`SELECT kind FROM timers WHERE job_id = $1 AND kind = 'reexecute'`, [id]),
      ).toEqual([]),
    );
  });

  it('canceled while it is on its way: what was reopened is closed, and no command leaves', async () => {
    const [a, b] = computers(scheduler, 2) as [string, string];
    const name = `group ${v7()}`;
    await scheduler.group(name, [a, b]);
    const { id } = await create(scheduler, { targets: { groups: [name] } });
    await story.released(id);
    const reopen = scheduler.peers.answers.get(RESULT_RPC.reopen)!;
    scheduler.peers.reopens = [b];
    scheduler.peers.answers.set(RESULT_RPC.reopen, async (request) => {
      // the cancel comes between result's answer and our commands
      await scheduler.rpc.call(JOB_RPC.cancel, { id });
      return reopen(request);
    });
    await reexecute(id);
    scheduler.peers.answers.set(RESULT_RPC.reopen, reopen);
    expect(await get(scheduler, id)).toMatchObject({ status: 'canceled', attempt: 2 });
    await eventually(() =>
      expect(story.events(id, EVENTS.jobCancelRequested)).toMatchObject([{ attempt: 1 }, { attempt: 2 }]),
    );
    await story.commands(inboxStream(inboxShard(b)), id, 0);
  });

  it('a canceled job runs again, and its cancel cannot close the new attempt', async () => {
    const [a] = computers(scheduler, 1) as [string];
    const name = `group ${v7()}`;
    await scheduler.group(name, [a]);
    const { id } = await create(scheduler, { targets: { groups: [name] } });
    await story.released(id);
    await scheduler.rpc.call(JOB_RPC.cancel, { id });
    scheduler.peers.reopens = [a];
    expect(await reexecute(id, 'unsuccessful')).toEqual({ attempt: 2, computers: 1 });
    expect(await get(scheduler, id)).toMatchObject({ status: 'running', statusReason: null, finishedAt: null });
    expect(story.events(id, EVENTS.jobCancelRequested)).toMatchObject([{ attempt: 1 }]);
    // a cancel of the re-execution goes where its commands went
    await scheduler.rpc.call(JOB_RPC.cancel, { id });
    const sent = await story.commands(inboxStream(inboxShard(a)), id, 2);
    expect(sent.map(({ command }) => command)).toMatchObject([
      { kind: 'execute', attempt: 2 },
      { kind: 'cancel', attempt: 2 },
    ]);
  });

  it.each<[string, unknown, string]>([
    ['an unknown word', 'everything', '/only'],
    ['ids that are none', { computers: ['x'] }, '/only/computers'],
    ['unknown fields', { computers: [], colour: 'red' }, '/only/colour'],
  ])('refuses %s', async (_what, only, pointer) => {
    const errors = [expect.objectContaining({ pointer })];
    await expect(reexecute(v7(), only as ReexecuteOnly)).rejects.toMatchObject({
      kind: 'invalid',
      code: 'request.invalid',
      errors,
    });
  });

  it('refuses an unknown job, one that was not started, an older view, and a request id of another job', async () => {
    await expect(reexecute(v7())).rejects.toMatchObject({ kind: 'notFound', code: 'job.notFound' });
    const [a] = computers(scheduler, 1) as [string];
    const { id } = await completedJob([a]);
    const later = await create(scheduler, {
      targets: { computers: [a] },
      schedule: { startAt: '2030-01-01T00:00:00Z' },
    });
    await expect(reexecute(later.id)).rejects.toMatchObject({ kind: 'conflict', code: 'job.wrongState' });
    await expect(reexecute(id, 'failed', { revision: 1 })).rejects.toMatchObject({
      kind: 'precondition',
      code: 'precondition.failed',
    });
    const requestId = v7();
    await reexecute(id, 'failed', { requestId });
    await expect(reexecute(later.id, 'failed', { requestId })).rejects.toMatchObject({
      kind: 'conflict',
      code: 'job.requestReused',
    });
  });
});

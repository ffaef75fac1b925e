import {
  type Command,
  COMMAND_JWS_TYPE,
  emptyCounters,
  EVENTS,
  type ExecuteCommand,
  groupStream,
  inboxShard,
  inboxStream,
  JOB_RPC,
  type JobTargetsAssigned,
} from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { compactVerify } from 'jose';
import { v7 } from 'uuid';
import { computers, create, get, publishVersion, SHA } from './orders.fixtures.spec.js';
import { COMMAND_KEY_ID, type SchedulerReplicas, startScheduler, type Taken } from './scheduler-replicas.spec.js';

let scheduler: SchedulerReplicas;

beforeAll(async () => {
  scheduler = await startScheduler(2);
  await publishVersion(scheduler);
});
afterAll(() => scheduler.stop());

const eventsOf = <T>(jobId: string, type: string): T[] =>
  scheduler.events
    .filter((event) => event.type === type)
    .map((event) => JSON.parse(event.body) as T & { jobId: string })
    .filter((body) => body.jobId === jobId);

const statusesOf = (jobId: string) =>
  eventsOf<{ status: string }>(jobId, EVENTS.jobStatusChanged).map(({ status }) => status);

/** Waits until result would have all chunks, and answers as result does. */
async function assign(jobId: string): Promise<JobTargetsAssigned[]> {
  const chunks = await eventually(async () => {
    const found = eventsOf<JobTargetsAssigned>(jobId, EVENTS.jobTargetsAssigned);
    expect(found.length).toBeGreaterThan(0);
    expect(found).toHaveLength(found[0]!.chunks);
    return found;
  });
  await scheduler.tell(EVENTS.jobExecutionsReady, { v: 1, jobId, run: 1, total: chunks[0]!.total });
  return chunks;
}

function progress(jobId: string, total: number, attempt: number) {
  const counters = { ...emptyCounters(), succeeded: total };
  return scheduler.tell(EVENTS.jobProgressed, {
    v: 1,
    jobId,
    run: 1,
    total,
    counters,
    finished: total,
    attempt,
    at: new Date().toISOString(),
  });
}

async function opened(jws: string): Promise<Command> {
  const { payload, protectedHeader } = await compactVerify(jws, scheduler.commandKey, { algorithms: ['EdDSA'] });
  expect(protectedHeader).toEqual({ alg: 'EdDSA', kid: COMMAND_KEY_ID, typ: COMMAND_JWS_TYPE });
  return JSON.parse(new TextDecoder().decode(payload)) as Command;
}

const commandsIn = async (stream: string, jobId: string): Promise<{ message: Taken; command: Command }[]> => {
  const all = await Promise.all(
    (await scheduler.readStream(stream)).map(async (message) => ({ message, command: await opened(message.body) })),
  );
  return all.filter(({ command }) => 'jobId' in command && command.jobId === jobId);
};

describe('a job for a group and a computer', () => {
  it('runs from its creation to its completion', async () => {
    const [a, b, single, excluded] = computers(scheduler, 4) as [string, string, string, string];
    const groupId = await scheduler.group('accounting', [a, b, excluded]);
    const { id } = await create(scheduler, {
      targets: { groups: ['accounting'], computers: [single], exclude: { computers: [excluded] } },
    });

    const [chunk] = await assign(id);
    expect(chunk).toMatchObject({ chunk: 0, chunks: 1, total: 3 });
    expect(chunk!.targets.map((target) => target.computerId)).toEqual([a, b, single]);

    const broadcast = await eventually(async () => {
      const found = await commandsIn(groupStream(groupId, 1), id);
      expect(found).toHaveLength(1);
      return found[0]!;
    });
    expect(broadcast.message).toMatchObject({ type: 'command.execute.v1', headers: { 'x-waybill-seq': 1 } });
    expect(broadcast.message.id).toBe(broadcast.command.id);
    expect(broadcast.command).toMatchObject({
      kind: 'execute',
      audience: { group: groupId, generation: 1 },
      seq: 1,
      selector: { kind: 'all' },
      jobId: id,
      run: 1,
      attempt: 1,
      action: 'install',
      lateJoiners: 'exclude',
      exclude: { groups: [], computers: [excluded] },
      manifest: { package: 'acme-ledger' },
    } satisfies Partial<ExecuteCommand> | object);

    const inbox = await commandsIn(inboxStream(inboxShard(single)), id);
    expect(inbox).toHaveLength(1);
    expect(inbox[0]!.message.headers).toMatchObject({ 'x-stream-filter-value': single });
    expect(inbox[0]!.command).toMatchObject({
      audience: { shard: inboxShard(single) },
      selector: { kind: 'computers', ids: [single] },
    });

    expect(await get(scheduler, id)).toMatchObject({
      status: 'running',
      targets: { total: 3 },
      waves: [{ number: 1, percent: 100, status: 'released', total: 3 }],
    });
    await progress(id, 3, 1);
    await eventually(async () =>
      expect(await get(scheduler, id)).toMatchObject({ status: 'completed', waves: [{ status: 'done' }] }),
    );
    await eventually(async () => expect(statusesOf(id)).toEqual(['scheduled', 'running', 'completed']));
    expect(await scheduler.sql.query('SELECT * FROM timers WHERE job_id = $1', [id])).toEqual([]);
  });
});

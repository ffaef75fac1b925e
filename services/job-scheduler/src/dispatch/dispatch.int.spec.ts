import {
  type CancelCommand,
  type Command,
  EVENTS,
  type ExecuteCommand,
  groupStream,
  inboxShard,
  inboxStream,
  JOB_RPC,
} from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { v7 } from 'uuid';
import { computers, create, SHA } from '../specs/orders.fixtures.spec.js';
import { scheduler, story } from '../specs/two-schedulers.fixtures.spec.js';

async function releasedJob(members: string[], more: string[] = []): Promise<{ id: string; groupId: string }> {
  const name = `group ${v7()}`;
  const groupId = await scheduler.group(name, members);
  const { id } = await create(scheduler, { targets: { groups: [name], computers: more } });
  await story.released(id);
  return { id, groupId };
}

describe('numbers of a stream', () => {
  it('are gapless and in order while jobs are released and canceled at once on two schedulers', async () => {
    const members = computers(scheduler, 2);
    const singles = computers(scheduler, 40);
    const groupId = await scheduler.group('busy', members);
    const other = await scheduler.group('also-busy', members);
    const jobs = await Promise.all(
      Array.from({ length: 12 }, () =>
        create(scheduler, { targets: { groups: ['busy', 'also-busy'], computers: singles } }),
      ),
    );
    await Promise.all(jobs.map(({ id }) => story.released(id)));
    await Promise.all(jobs.map(({ id }) => scheduler.rpc.call(JOB_RPC.cancel, { id })));
    const streams = [groupStream(groupId, 1), groupStream(other, 1), inboxStream(inboxShard(singles[0]!))];
    for (const stream of streams) {
      const perJob = stream.startsWith('cmd.g.') ? 2 : undefined;
      await eventually(async () => {
        const messages = await scheduler.readStream(stream);
        if (perJob) expect(messages).toHaveLength(jobs.length * perJob);
        const numbers = messages.map(({ headers }) => headers['x-waybill-seq']);
        expect(numbers.length).toBeGreaterThanOrEqual(jobs.length * 2);
        expect(numbers).toEqual(numbers.map((_, i) => i + 1));
      });
    }
    const streamRows = await scheduler.sql.query(
      `SELECT s.stream FROM command_streams s JOIN commands c USING (stream) GROUP BY s.stream, s.seq HAVING count(*) <> s.seq OR min(c.seq) <> 1 OR max(c.seq) <> s.seq`,
    );
    expect(streamRows).toEqual([]);
  });
});

describe('desired state', () => {
  const commandsFor = (computerId: string, executions: { jobId: string; run: number; attempt: number }[]) =>
    scheduler.rpc.call(JOB_RPC.commandsFor, { computerId, executions });

  it('is a signed command per open execution, addressed to the computer', async () => {
    const [a] = computers(scheduler, 1) as [string];
    const { id } = await releasedJob([a]);
    const { commands } = await commandsFor(a, [{ jobId: id, run: 1, attempt: 1 }]);
    expect(await story.verify<ExecuteCommand>(commands[0]!)).toMatchObject({
      kind: 'execute',
      audience: { computer: a },
      seq: 0,
      selector: { kind: 'computers', ids: [a] },
      jobId: id,
      attempt: 1,
      signedManifest: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    });
  });

  it('of a job that was canceled is the cancel', async () => {
    const [a] = computers(scheduler, 1) as [string];
    const { id } = await releasedJob([a]);
    await scheduler.rpc.call(JOB_RPC.cancel, { id, reason: 'why' });
    const { commands } = await commandsFor(a, [{ jobId: id, run: 1, attempt: 1 }]);
    expect(await Promise.all(commands.map((jws) => story.verify<CancelCommand>(jws)))).toMatchObject([
      { kind: 'cancel', status: 'canceled', reason: 'Canceled by admin: why' },
    ]);
  });

  it('has nothing for strangers, unknown jobs, attempts that were not issued, and commands that have not left', async () => {
    const [a, stranger] = computers(scheduler, 2) as [string, string];
    const { id } = await releasedJob([a]);
    const name = `group ${v7()}`;
    await scheduler.group(name, [a]);
    const waiting = await create(scheduler, { targets: { groups: [name] } });
    await story.assigned(waiting.id);
    expect(await commandsFor(stranger, [{ jobId: id, run: 1, attempt: 1 }])).toEqual({ commands: [] });
    const executions = [
      { jobId: v7(), run: 1, attempt: 1 },
      { jobId: id, run: 1, attempt: 2 },
      { jobId: waiting.id, run: 1, attempt: 1 },
    ];
    expect(await commandsFor(a, executions)).toEqual({ commands: [] });
    expect(await commandsFor(a, [])).toEqual({ commands: [] });
  });
});

describe('a download', () => {
  const authorize = (computerId: string, sha256 = SHA) =>
    scheduler.rpc.call(JOB_RPC.downloadAuthorize, { computerId, sha256 });

  it('is allowed to targets of an open run, for files of its version', async () => {
    const [a, stranger] = computers(scheduler, 2) as [string, string];
    const { id } = await releasedJob([a]);
    expect(await authorize(a)).toEqual({ allowed: true, objectKey: 'artifacts/acme-ledger', size: 1234 });
    expect(await authorize(stranger)).toEqual({ allowed: false });
    expect(await authorize(a, 'c'.repeat(64))).toEqual({ allowed: false });
    await story.finished(id, 1);
    await story.becomes(id, { status: 'completed' });
    expect(await authorize(a)).toEqual({ allowed: false });
  });

  it('is still allowed for a while after a cancel, and then no more', async () => {
    const [a] = computers(scheduler, 1) as [string];
    const { id } = await releasedJob([a]);
    await scheduler.rpc.call(JOB_RPC.cancel, { id });
    expect(await authorize(a)).toMatchObject({ allowed: true });
    await scheduler.sql.query(`UPDATE jobs SET finished_at = now() - interval '61 minutes' WHERE id = $1`, [id]);
    expect(await authorize(a)).toEqual({ allowed: false });
  });
});

describe('a computer that works on a job that does not target it', () => {
  const anomaly = (computerId: string, jobId: string, kind = 'noExecution') =>
    scheduler.tell(EVENTS.executionAnomaly, {
      v: 1,
      computerId,
      jobId,
      run: 1,
      attempt: 1,
      kind,
      at: new Date().toISOString(),
    });

  it('is told to stop, once in a while', async () => {
    const [a, stranger] = computers(scheduler, 2) as [string, string];
    const { id } = await releasedJob([a]);
    await anomaly(stranger, id);
    await anomaly(stranger, id);
    await anomaly(stranger, id, 'afterFinal');
    // not for a target, whatever result thinks
    await anomaly(a, id);
    // a forged command reached it: that is no reason to send it anything
    const claimed = v7();
    await anomaly(stranger, claimed, 'commandRefused');
    const unknown = v7();
    await anomaly(stranger, unknown);
    const [answer] = await story.commands<CancelCommand>(inboxStream(inboxShard(stranger)), unknown, 1);
    expect(answer!.command.selector).toEqual({ kind: 'computers', ids: [stranger] });
    await eventually(async () => expect(await scheduler.sql.query('SELECT 1 FROM outbox')).toEqual([]));
    const told = await story.commands<Command>(inboxStream(inboxShard(stranger)), id, 1);
    expect(told[0]!.command).toMatchObject({ kind: 'cancel', attempt: 1, status: 'canceled' });
    const rows = await scheduler.sql.query('SELECT computer_id FROM anomaly_answers WHERE job_id = $1', [id]);
    expect(rows).toEqual([{ computer_id: stranger }]);
    expect(await scheduler.sql.query('SELECT 1 FROM anomaly_answers WHERE job_id = $1', [claimed])).toEqual([]);
  });
});

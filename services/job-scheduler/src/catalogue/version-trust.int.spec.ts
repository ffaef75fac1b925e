import { type CancelCommand, type ExecuteCommand, groupStream, JOB_RPC } from '@waybill/contracts';
import { eventually, newKey } from '@waybill/testing';
import { v7 } from 'uuid';
import {
  aManifest,
  computers,
  create,
  get,
  published,
  publishVersion,
  SHA,
  tellPeers,
} from '../specs/orders.fixtures.spec.js';
import { KEYS, type SchedulerReplicas, SERVERS_TIMEOUT_MS, startScheduler } from '../specs/scheduler-replicas.spec.js';
import { Story } from '../specs/story.fixtures.spec.js';

let scheduler: SchedulerReplicas;
let story: Story;

beforeAll(async () => {
  scheduler = await startScheduler(1);
  story = new Story(scheduler);
}, SERVERS_TIMEOUT_MS);
afterAll(() => scheduler?.stop());

const refusalOf = (request: Promise<unknown>) =>
  request.then(
    () => ({ code: 'nothing was refused' }),
    (error: unknown) => error as { code: string; detail: string; errors?: { pointer: string; message: string }[] },
  );

/** A key of its own publishes it, so that revoking it concerns nobody else. */
async function aVersion(name: string, key = KEYS.add(`publisher-of-${name}`, 'publish')) {
  scheduler.takeKeySet();
  const event = { ...published(name, '1.0'), ...KEYS.signed(aManifest(name, '1.0'), key) };
  await publishVersion(scheduler, event);
  return { event, key, order: { package: name, version: '1.0' } };
}

describe('a version that nobody vouches for', () => {
  it.each([
    ['unsigned', () => ({ signedManifest: null })],
    ['signed-by-a-stranger', () => KEYS.signed(aManifest('signed-by-a-stranger', '1.0'), newKey(KEYS.publish.kid))],
    ['signed-by-the-command-key', () => KEYS.signed(aManifest('signed-by-the-command-key', '1.0'), KEYS.command)],
    ['signed-for-another', () => ({ signedManifest: KEYS.signed(aManifest()).signedManifest })],
    ['another-under-this-name', () => ({ manifest: aManifest(), ...KEYS.signed(aManifest()) })],
    ['another-version', () => KEYS.signed(aManifest('another-version', '0.9'))],
  ])('is refused for new jobs: %s', async (name, signature) => {
    await publishVersion(scheduler, { ...published(name, '1.0'), ...signature() });
    await scheduler.group(name, computers(scheduler, 1));
    const refusal = await refusalOf(create(scheduler, { package: name, version: '1.0', targets: { groups: [name] } }));
    expect(refusal).toMatchObject({ code: 'job.invalid', errors: [{ pointer: '/version' }] });
  });
});

describe('a version that is published a second time with other content', () => {
  it('keeps what was first published under its id', async () => {
    const { event, order } = await aVersion('first-word', KEYS.publish);
    // events are handled several at a time: without this the second might be the first
    const copy = () =>
      scheduler.sql.query('SELECT manifest_digest FROM version_copies WHERE version_id = $1', [event.versionId]);
    await eventually(async () => expect(await copy()).toEqual([{ manifest_digest: event.manifestDigest }]));
    const other = { ...event.manifest, title: 'Something else' };
    await publishVersion(scheduler, { ...event, manifest: other, ...KEYS.signed(other) });
    // An event that comes after it in the same queue has been taken in: so was the second word.
    await aVersion('after-the-second-word');
    const groupId = await scheduler.group('first-word', computers(scheduler, 1));
    const { id } = await create(scheduler, { ...order, targets: { groups: ['first-word'] } });
    await story.released(id);
    const [message] = await scheduler.readStream(groupStream(groupId, 1));
    expect((await story.verify<ExecuteCommand>(message!.body)).manifestDigest).toBe(event.manifestDigest);
  });
});

describe('revoking the key of a version', () => {
  it('refuses new jobs, and says in the view of those that there are', async () => {
    const { key, order } = await aVersion('revoked-early');
    const members = computers(scheduler, 1);
    await scheduler.group('revoked-early', members);
    const { id } = await create(scheduler, { ...order, targets: { groups: ['revoked-early'] } });
    expect((await get(scheduler, id)).signature).toEqual({ kid: key.kid, holder: 'service', status: 'valid' });
    scheduler.revoke(key.kid);
    expect((await get(scheduler, id)).signature).toMatchObject({ status: 'revoked' });
    expect(await refusalOf(create(scheduler, { ...order, targets: { groups: ['revoked-early'] } }))).toMatchObject({
      code: 'job.invalid',
      errors: [{ pointer: '/version', message: expect.stringContaining(`key ${key.kid} was revoked`) as string }],
    });
  });

  it('closes a job that was to start', async () => {
    const { key, order } = await aVersion('revoked-before-start');
    const groupId = await scheduler.group('revoked-before-start', computers(scheduler, 1));
    const startAt = new Date(Date.now() + 3_000).toISOString();
    const { id } = await create(scheduler, {
      ...order,
      targets: { groups: ['revoked-before-start'] },
      schedule: { startAt },
    });
    scheduler.revoke(key.kid);
    await story.becomes(id, {
      status: 'canceled',
      statusReason: expect.stringContaining(`key ${key.kid} was revoked`) as string,
    });
    expect(await scheduler.readStream(groupStream(groupId, 1))).toEqual([]);
  });

  it('sends nothing of a job whose executions were being made, and closes them', async () => {
    const { key, order } = await aVersion('revoked-while-assigning');
    const groupId = await scheduler.group('revoked-while-assigning', computers(scheduler, 1));
    const { id } = await create(scheduler, { ...order, targets: { groups: ['revoked-while-assigning'] } });
    await story.assigned(id);
    scheduler.revoke(key.kid);
    await story.ready(id, 1);
    await story.becomes(id, { status: 'canceled' });
    expect(await scheduler.readStream(groupStream(groupId, 1))).toEqual([]);
  });

  it('ends tickets, re-executions and desired state of a job whose commands have left', async () => {
    const { key, order, event } = await aVersion('revoked-late');
    const [a] = computers(scheduler, 1) as [string];
    await scheduler.group('revoked-late', [a]);
    const { id } = await create(scheduler, { ...order, targets: { groups: ['revoked-late'] } });
    await story.released(id);
    const ticket = () => scheduler.rpc.call(JOB_RPC.downloadAuthorize, { computerId: a, sha256: SHA });
    const desired = async () => {
      const executions = [{ jobId: id, run: 1, attempt: 1 }];
      const { commands } = await scheduler.rpc.call(JOB_RPC.commandsFor, { computerId: a, executions });
      return Promise.all(commands.map((jws) => story.verify<ExecuteCommand | CancelCommand>(jws)));
    };
    const reexecute = () => scheduler.rpc.call(JOB_RPC.reexecute, { id, only: 'failed', requestId: v7() });
    expect([await ticket(), (await desired()).map(({ kind }) => kind)]).toMatchObject([{ allowed: true }, ['execute']]);
    scheduler.revoke(key.kid);
    expect(await ticket()).toEqual({ allowed: false });
    expect(await desired()).toMatchObject([{ kind: 'cancel', status: 'canceled' }]);
    expect(await refusalOf(reexecute())).toMatchObject({ code: 'version.untrusted' });

    // The same content, signed anew: everything goes on.
    const again = { ...event, ...KEYS.signed(event.manifest) };
    tellPeers(scheduler, again);
    await publishVersion(scheduler, again);
    await story.becomes(id, { signature: { kid: KEYS.publish.kid, status: 'valid' } });
    expect([await ticket(), (await desired()).map(({ kind }) => kind)]).toMatchObject([{ allowed: true }, ['execute']]);
  });
});

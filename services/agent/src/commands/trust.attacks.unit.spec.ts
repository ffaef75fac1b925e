import { randomUUID } from 'node:crypto';
import { eventually, newKey } from '@waybill/testing';
import { cancelCommand, executeCommand, KEYS, manifestOf, PLAIN, withManifest } from '../../spec/commands.js';
import { IntakeWorld } from '../../spec/intake-world.js';
import { dropRevoked } from '../trust/drop-revoked.js';
import type { ProvenExecute } from './proven-command.js';

const refusals = (world: IntakeWorld) => world.journal.unsent().filter(({ refusal }) => refusal);
const installed = (world: IntakeWorld, of: ProvenExecute) => world.journal.attempt(of)?.status === 'succeeded';

async function ends(world: IntakeWorld, command: ProvenExecute, expected: object): Promise<void> {
  await eventually(() =>
    expect(world.journal.attempt(command)).toMatchObject({ finishedAt: expect.any(String), ...expected }),
  );
}

describe('a stolen command key', () => {
  const evil = manifestOf(PLAIN, 'evil', '6.6.6');

  it.each<[string, (of: ProvenExecute) => ProvenExecute]>([
    ['a manifest that it signs itself', (of) => ({ ...of, ...KEYS.signed(evil, KEYS.command), manifest: evil })],
    [
      'a manifest that a stranger signs',
      (of) => ({ ...of, ...KEYS.signed(evil, newKey(KEYS.publish.kid)), manifest: evil }),
    ],
    ['the digest of another manifest', (of) => ({ ...of, manifestDigest: KEYS.signed(evil).manifestDigest })],
    [
      'the manifest of another version, under this digest',
      (of) => ({ ...of, signedManifest: KEYS.signed(evil).signedManifest }),
    ],
    ['no manifest', (of) => ({ ...of, signedManifest: '' })],
  ])('cannot introduce software: %s', async (_what, forge) => {
    const world = new IntakeWorld();
    const command = forge(executeCommand({ audience: world.audience }));
    await world.take(await world.sign(command));
    await ends(world, command, { status: 'rejected', verdict: { reason: 'manifest.refused' } });
    expect(world.received).toEqual([]);
  });
});

describe('a stolen publishing key', () => {
  it('commands nobody: the command is the scheduler’s or nobody’s', async () => {
    const world = new IntakeWorld();
    const command = executeCommand({ audience: world.audience });
    for (const key of [KEYS.publish, { ...KEYS.publish, kid: KEYS.command.kid }, KEYS.session, KEYS.root])
      await world.take(await world.sign({ ...command, id: randomUUID() }, key));
    expect(world.journal.attempt(command)).toBeNull();
    expect(refusals(world).length).toBeGreaterThan(0);
  });

  it('that was revoked publishes nothing any more, and it is said why', async () => {
    const world = new IntakeWorld();
    const stolen = KEYS.add(`stolen-${randomUUID()}`, 'publish');
    world.keySet = KEYS.current;
    const manifest = manifestOf(PLAIN, 'acme', '1.0.0');
    const [before, after] = [1, 2].map((seq) =>
      executeCommand({ audience: world.audience, seq, manifest, ...KEYS.signed(manifest, stolen) }),
    ) as [ProvenExecute, ProvenExecute];
    await world.take(await world.sign(before));
    await eventually(() => expect(installed(world, before)).toBe(true));
    world.keySet = KEYS.revoke(stolen.kid);
    await world.take(await world.sign(after));
    await ends(world, after, { status: 'rejected', verdict: { reason: 'manifest.keyRevoked' } });
    expect(world.journal.attempt(after)?.verdict?.message).toContain(`key ${stolen.kid} was revoked`);
  });
});

it('what waits is dropped when its publisher’s key is revoked, and nothing else', async () => {
  const world = new IntakeWorld();
  const stolen = KEYS.add(`stolen-${randomUUID()}`, 'publish');
  world.keySet = KEYS.current;
  const manifest = manifestOf(PLAIN, 'acme', '1.0.0');
  const installAt = world.ahead(60);
  const [theirs, ours] = [KEYS.signed(manifest, stolen), KEYS.signed(manifest)].map((signed, index) => ({
    ...executeCommand({ audience: world.audience, seq: index + 1, manifest, ...signed }),
    installAt,
  })) as [ProvenExecute, ProvenExecute];
  for (const command of [theirs, ours]) {
    await world.take(await world.sign(command));
    await eventually(() => expect(world.journal.attempt(command)?.status).toBe('waiting'));
  }
  dropRevoked(KEYS.revoke(stolen.kid), world.journal, world.executor);
  await ends(world, theirs, { status: 'canceled' });
  expect(world.journal.attempt(theirs)?.verdict?.message).toContain(`${stolen.kid}, which published it, was revoked`);
  expect(world.journal.attempt(ours)).toMatchObject({ status: 'waiting', cancel: null });
});

describe('a command key that was revoked after it ordered something', () => {
  /** @param seconds ahead */
  async function ordered(seconds?: number) {
    const world = new IntakeWorld();
    const installAt = seconds === undefined ? null : world.ahead(seconds);
    const old = KEYS.add(`old-${randomUUID()}`, 'command');
    world.keySet = KEYS.current;
    const command = { ...executeCommand({ audience: world.audience }), ...(installAt ? { installAt } : {}) };
    await world.take(await world.sign(command, old));
    await eventually(() => expect(world.journal.attempt(command)?.status).toBe(installAt ? 'waiting' : 'succeeded'));
    world.keySet = KEYS.revoke(old.kid);
    return { world, command, old };
  }
  const again = (world: IntakeWorld, command: ProvenExecute, key = KEYS.command) =>
    world
      .sign(
        { ...command, id: randomUUID(), audience: { computer: world.computerId }, seq: 0, installAt: undefined },
        key,
      )
      .then((jws) => world.intake.receive(jws, { kind: 'desiredState' }, null));

  it('holds back what has not begun, beyond its moment and beyond a restart, until the server says it again', async () => {
    const { world, command } = await ordered(60);
    expect(world.executor.holdBack()).toBe(true);
    await world.executor.stop(1_000);
    const next = world.nextProcess();
    await next.resume();
    await world.clock.pass(120_000);
    expect(world.journal.attempt(command)).toMatchObject({ status: 'waiting', finishedAt: null });
    await again(world, command);
    await eventually(() => expect(installed(world, command)).toBe(true));
  });

  it('is not helped by a command that it signs itself, or that another key of the installation signs', async () => {
    const { world, command, old } = await ordered(60);
    world.executor.holdBack();
    for (const key of [old, KEYS.publish, KEYS.session, newKey('stranger')]) await again(world, command, key);
    expect(world.journal.attempt(command)).toMatchObject({ status: 'waiting', command: { signedBy: old.kid } });
  });

  it('what the server says is done, not what the old key had said', async () => {
    const { world, command } = await ordered(60);
    world.executor.holdBack();
    const manifest = manifestOf(PLAIN, 'acme', '9.9.9');
    await again(world, { ...command, ...KEYS.signed(manifest), manifest });
    await eventually(() => expect(installed(world, command)).toBe(true));
    expect(world.journal.attempt(command)?.command.manifest.version).toBe('9.9.9');
  });

  it('lets an administrator’s cancel be reported, and leaves alone what is over', async () => {
    const { world, command } = await ordered(60);
    world.executor.holdBack();
    world.executor.cancel(command, { status: 'canceled', reason: 'no longer wanted' });
    world.executor.wake();
    await ends(world, command, { status: 'canceled' });
    const over = await ordered();
    expect(over.world.executor.holdBack()).toBe(false);
    expect(installed(over.world, over.command)).toBe(true);
  });
});

describe('a command key', () => {
  it('that was revoked commands nobody; what it ordered is asked for, it may still be wanted', async () => {
    const world = new IntakeWorld();
    const old = KEYS.add(`old-${randomUUID()}`, 'command');
    world.keySet = KEYS.revoke(old.kid);
    const command = executeCommand({ audience: world.audience });
    expect(await world.take(await world.sign(command, old))).toEqual({ gap: false, doubt: true });
    expect(world.journal.attempt(command)).toBeNull();
    expect(refusals(world)).toMatchObject([
      { report: { reason: 'command.refused', message: expect.stringContaining('was revoked') as string } },
    ]);
  });

  it('that is new is learnt of before anything is refused for it', async () => {
    const world = new IntakeWorld();
    world.keySet = KEYS.current;
    const next = KEYS.add(`next-${randomUUID()}`, 'command');
    const command = executeCommand({ audience: world.audience });
    await world.take(await world.sign(command, next));
    await eventually(() => expect(installed(world, command)).toBe(true));
    expect(world.lookedForKeys).toBe(1);
  });

  it('of a publisher that is new is learnt of as well', async () => {
    const world = new IntakeWorld();
    world.keySet = KEYS.current;
    const next = KEYS.add(`publisher-${randomUUID()}`, 'publish');
    const manifest = manifestOf(PLAIN);
    const command = executeCommand({ audience: world.audience, manifest, ...KEYS.signed(manifest, next) });
    await world.take(await world.sign(command));
    await eventually(() => expect(installed(world, command)).toBe(true));
    expect(world.lookedForKeys).toBe(1);
  });

  it('of a publisher that nobody knows installs nothing, and ends nothing: it is asked about', async () => {
    const world = new IntakeWorld();
    const manifest = manifestOf(PLAIN);
    const command = executeCommand({
      audience: world.audience,
      manifest,
      ...KEYS.signed(manifest, newKey(`unknown-${randomUUID()}`)),
    });
    expect(await world.take(await world.sign(command))).toEqual({ gap: false, doubt: true });
    expect([world.journal.attempt(command), refusals(world).length]).toEqual([null, 1]);
  });

  it('that nobody knows is looked for, and then refused', async () => {
    const world = new IntakeWorld();
    const command = executeCommand({ audience: world.audience });
    expect(await world.take(await world.sign(command, newKey('x')))).toMatchObject({ doubt: false });
    expect([world.lookedForKeys, world.journal.attempt(command)]).toEqual([1, null]);
  });

  it('counts from its first moment to its last, give or take two minutes', async () => {
    const world = new IntakeWorld();
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    for (const [notBefore, notAfter, taken] of [
      [at(1), null, true],
      [at(5), null, false],
      [at(-60), at(-1), true],
      [at(-60), at(-5), false],
    ] as const) {
      const key = KEYS.add(`timed-${randomUUID()}`, 'command', { notBefore, notAfter });
      world.keySet = KEYS.current;
      const command = executeCommand({ audience: world.audience, seq: 1 });
      const fresh = new IntakeWorld();
      fresh.keySet = KEYS.current;
      await fresh.take(await fresh.sign({ ...command, audience: fresh.audience }, key));
      expect([notBefore, notAfter, fresh.journal.attempt(command) !== null]).toEqual([notBefore, notAfter, taken]);
    }
  });
});

describe('an old command', () => {
  it('put on its stream again is refused, changes nothing and is asked about', async () => {
    const world = new IntakeWorld();
    const [old, newest] = [3, 7].map((seq) => executeCommand({ audience: world.audience, seq })) as [
      ProvenExecute,
      ProvenExecute,
    ];
    await world.take(await world.sign(newest));
    expect(await world.take(await world.sign(old))).toEqual({ gap: false, doubt: true });
    expect(world.journal.attempt(old)).toBeNull();
    expect(refusals(world)).toMatchObject([
      { report: { jobId: old.jobId, message: expect.stringContaining('older than the newest') as string } },
    ]);
  });

  it('that cancels stops nothing either', async () => {
    const world = new IntakeWorld();
    const command = {
      ...executeCommand({ audience: world.audience, seq: 7 }),
      installAt: new Date(Date.now() + 60_000).toISOString(),
    };
    await world.take(await world.sign(command));
    await eventually(() => expect(world.journal.attempt(command)?.status).toBe('waiting'));
    await world.take(await world.sign(cancelCommand(command, { seq: 6 })));
    expect(world.journal.attempt(command)).toMatchObject({ cancel: null });
    await world.take(await world.sign(cancelCommand(command, { seq: 8 })));
    await eventually(() => expect(world.journal.attempt(command)).toMatchObject({ status: 'canceled' }));
  });

  it('that was taken in before is only read past', async () => {
    const world = new IntakeWorld();
    const command = executeCommand({ audience: world.audience });
    await world.take(await world.sign(command));
    expect(await world.take(await world.sign(command))).toEqual({ gap: false, doubt: false });
    expect(refusals(world)).toEqual([]);
  });
});

describe('a captured command', () => {
  it('is nobody’s on the stream of another group, or of another generation', async () => {
    const world = new IntakeWorld();
    for (const audience of [
      { group: randomUUID(), generation: 1 },
      { ...world.audience, generation: 2 },
      { shard: 1 },
    ]) {
      const command = executeCommand({ audience });
      await world.take(await world.sign(command));
      expect(world.journal.attempt(command)).toBeNull();
    }
    expect(world.received).toEqual([]);
  });

  it('is over when it has expired', async () => {
    const world = new IntakeWorld();
    const command = executeCommand({ audience: world.audience, expiresAt: new Date(Date.now() - 1_000).toISOString() });
    await world.take(await world.sign(command));
    await ends(world, command, { status: 'expired' });
  });
});

it('a text of megabytes is refused before it is looked at', async () => {
  const world = new IntakeWorld();
  const manifest = { ...manifestOf(PLAIN), description: 'x'.repeat(1_500_000) };
  const huge = withManifest(executeCommand({ audience: world.audience }), manifest);
  expect(await world.take(await world.sign(huge))).toMatchObject({ gap: false });
  expect(world.journal.attempt(huge)).toBeNull();
});

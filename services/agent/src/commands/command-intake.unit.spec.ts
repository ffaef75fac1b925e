import { randomUUID } from 'node:crypto';
import { eventually } from '@waybill/testing';
import type { ProvenExecute } from './proven-command.js';
import { cancelCommand, executeCommand, KEYS, withManifest } from '../../spec/commands.js';
import { IntakeWorld } from '../../spec/intake-world.js';

/** Whoever can write to a stream can put anything there. None of it may change what a genuine command does. */
describe('a forged command', () => {
  let world: IntakeWorld;
  let genuine: ProvenExecute;
  beforeEach(() => {
    world = new IntakeWorld();
    genuine = executeCommand({ audience: world.audience });
  });

  const refusals = () => world.journal.unsent().filter(({ refusal }) => refusal);

  /** The genuine command does all that it would have done alone. */
  async function genuineSucceeds(command = genuine): Promise<void> {
    await world.take(await world.sign(command));
    await eventually(() => expect(world.journal.attempt(command)?.finishedAt).toBeTruthy());
    expect(world.journal.attempt(command)).toMatchObject({ status: 'succeeded', command, cancel: null });
    const told = world.journal.unsent().filter(({ refusal }) => !refusal);
    expect(told.map(({ report }) => report).filter(({ attempt }) => attempt === command.attempt)).toMatchObject([
      { jobId: command.jobId, status: 'succeeded' },
    ]);
  }

  it('is reported and leaves no trace in what is known of attempts', async () => {
    await world.take(await world.forge(genuine));
    expect(refusals()).toMatchObject([
      {
        final: true,
        report: {
          jobId: genuine.jobId,
          run: 1,
          attempt: 1,
          seq: 1,
          status: 'rejected',
          reason: 'command.refused',
          message: expect.stringContaining('(the signature does not hold)') as string,
        },
      },
    ]);
    expect(world.journal.attemptsOf(genuine.jobId, 1)).toEqual([]);
    expect(world.journal.openAttempts()).toEqual([]);
    expect(world.received).toEqual([]);
  });

  it.each<[string, (of: ProvenExecute) => object]>([
    ['of the same attempt', (of) => ({ ...of, id: randomUUID() })],
    ['with the id of the genuine one', (of) => of],
    [
      'of the same attempt with another content',
      (of) => ({ ...of, id: randomUUID(), priority: 9, action: 'uninstall' }),
    ],
    ['of a much later attempt', (of) => ({ ...of, id: randomUUID(), attempt: 2_147_483_647 })],
    ['that has expired', (of) => ({ ...of, id: randomUUID(), expiresAt: new Date(0).toISOString() })],
    ['that cancels', (of) => cancelCommand(of)],
    ['that cancels with the id of the genuine one', (of) => cancelCommand(of, { id: of.id, attempt: 99 })],
  ])('%s, before the genuine one', async (_what, forgery) => {
    await world.take(await world.forge(forgery(genuine)));
    await genuineSucceeds();
  });

  it('before the genuine one is still reported when the genuine one has ended', async () => {
    await world.take(await world.forge(genuine));
    await genuineSucceeds();
    expect(refusals()).toHaveLength(1);
  });

  it.each<[string, (of: ProvenExecute) => object]>([
    ['of the same attempt', (of) => of],
    ['of the next attempt', (of) => ({ ...of, id: randomUUID(), attempt: 2 })],
    ['that cancels', (of) => cancelCommand(of)],
  ])('%s, after the genuine one', async (_what, forgery) => {
    const later = { ...genuine, installAt: new Date(Date.now() + 60_000).toISOString() };
    await world.take(await world.sign(later));
    await eventually(() => expect(world.journal.attempt(later)?.status).toBe('waiting'));
    const before = world.journal.attempt(later);
    await world.take(await world.forge(forgery(later)));
    expect(world.journal.attempt(later)).toEqual(before);
    expect(world.journal.attemptsOf(later.jobId, 1)).toHaveLength(1);
    expect(world.journal.cancelFor(later)).toBeNull();
    // a genuine cancel still stops it
    await world.take(await world.sign(cancelCommand(later)));
    await eventually(() => expect(world.journal.attempt(later)).toMatchObject({ status: 'canceled' }));
  });

  it('does not count as a re-execution that the genuine one would have to exceed', async () => {
    await genuineSucceeds();
    await world.take(await world.forge({ ...genuine, id: randomUUID(), attempt: 7 }));
    const again = executeCommand({ ...genuine, id: randomUUID(), seq: 2, attempt: 2 });
    await genuineSucceeds(again);
  });

  it('fills neither the disk nor the server: more than ten in an hour are not reported', async () => {
    for (let index = 0; index < 30; index++)
      await world.take(await world.forge(executeCommand({ audience: world.audience })));
    expect(refusals()).toHaveLength(10);
    await genuineSucceeds();
  });

  it('that can hardly be read does not stop the stream', async () => {
    for (const header of [{ typ: { toString: 1 } }, { typ: 'waybill-command+jws', kid: { toString: 1, valueOf: 1 } }]) {
      const text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      await world.take(`${text({ alg: 'EdDSA', ...header })}.${text(genuine)}.AAAA`);
    }
    await world.take('');
    await genuineSucceeds();
  });
});

describe('a genuine command that is not understood', () => {
  const newer = (world: IntakeWorld) => {
    const command = executeCommand({ audience: world.audience });
    return withManifest(command, { ...command.manifest, signing: 'new' });
  };

  it('ends its attempt: it is the server’s word', async () => {
    const world = new IntakeWorld();
    const command = newer(world);
    await world.take(await world.sign(command));
    expect(world.journal.attempt(command)).toMatchObject({
      status: 'rejected',
      finishedAt: expect.any(String) as string,
    });
    expect(world.journal.unsent()).toMatchObject([{ report: { status: 'rejected', reason: 'command.notUnderstood' } }]);
  });

  it('is nobody’s word when the session key signed it', async () => {
    const world = new IntakeWorld();
    const command = newer(world);
    await world.take(await world.sign(command, KEYS.session));
    expect(world.journal.attempt(command)).toBeNull();
  });

  it('leaves no gap in the numbers, whatever it is', async () => {
    const world = new IntakeWorld();
    const { audience } = world;
    const gaps: boolean[] = [];
    for (const command of [
      executeCommand({ audience }),
      { ...executeCommand({ audience, seq: 2 }), kind: 'pause' },
      executeCommand({ audience, seq: 3 }),
    ])
      gaps.push((await world.take(await world.sign(command))).gap);
    expect(gaps).toEqual([false, false, false]);
  });
});

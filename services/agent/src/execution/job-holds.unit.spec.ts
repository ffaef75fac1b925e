import { randomUUID } from 'node:crypto';
import { eventually } from '@waybill/testing';
import { cancelCommand, executeCommand, holdCommand } from '../../spec/commands.js';
import { IntakeWorld } from '../../spec/intake-world.js';
import type { ProvenExecute } from '../commands/proven-command.js';

const worlds: IntakeWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.executor.stop(0);
});
const newWorld = () => {
  const world = new IntakeWorld();
  worlds.push(world);
  return world;
};

/** A computer that has accepted a command for a minute ahead. */
async function waiting() {
  const world = newWorld();
  const command = { ...executeCommand({ audience: world.audience }), installAt: world.ahead(60) };
  await world.take(await world.sign(command));
  await eventually(() => expect(world.journal.attempt(command)?.status).toBe('waiting'));
  return { world, command };
}
const said = (world: IntakeWorld, command: ProvenExecute) => world.journal.attempt(command)?.lastReport;
/** What the command waits for has passed. */
const passes = (world: IntakeWorld) => world.clock.pass(120_000);
async function succeeds(world: IntakeWorld, command: ProvenExecute) {
  await passes(world);
  await eventually(() => expect(world.journal.attempt(command)).toMatchObject({ status: 'succeeded' }));
}
async function stays(world: IntakeWorld, command: ProvenExecute) {
  await passes(world);
  expect(world.journal.attempt(command)).toMatchObject({ status: 'waiting', finishedAt: null });
}

describe('a job that is paused', () => {
  it('does not begin at its moment, nor in the next process, and says why; it begins when it goes on', async () => {
    const { world, command } = await waiting();
    await world.take(await world.sign(holdCommand(command, true)));
    expect(said(world, command)).toMatchObject({
      status: 'waiting',
      reason: 'job.held',
      message: 'Paused by admin.',
    });
    await stays(world, command);
    await world.executor.stop(1_000);
    await world.nextProcess().resume();
    await stays(world, command);
    await world.take(await world.sign(holdCommand(command, false, { seq: 3, revision: 3 })));
    await succeeds(world, command);
  });

  it('says what it waits for when it goes on before its moment', async () => {
    const { world, command } = await waiting();
    await world.take(await world.sign(holdCommand(command, true)));
    expect(said(world, command)).toMatchObject({ status: 'waiting', reason: 'job.held' });
    await world.take(await world.sign(holdCommand(command, false, { seq: 3, revision: 3 })));
    await eventually(() => expect(said(world, command)).toMatchObject({ status: 'waiting', reason: 'schedule' }));
  });

  it('is not begun when the command comes after the pause', async () => {
    const world = newWorld();
    const command = executeCommand({ audience: world.audience, seq: 2 });
    await world.take(await world.sign(holdCommand(command, true, { seq: 1 })));
    await world.take(await world.sign(command));
    expect(said(world, command)).toMatchObject({ status: 'waiting', reason: 'job.held' });
    await stays(world, command);
  });

  it('goes on when the desired state says what is to be done, although the word was missed', async () => {
    const { world, command } = await waiting();
    await world.take(await world.sign(holdCommand(command, true)));
    const again = { ...command, revision: 3, audience: { computer: world.computerId }, seq: 0 };
    await world.intake.receive(await world.sign(again), { kind: 'desiredState' }, null);
    await succeeds(world, command);
  });

  it.each([
    ['an older word', 1],
    ['a word of the same moment', 2],
  ])('is not let go by %s, whenever it comes', async (_what, revision) => {
    const { world, command } = await waiting();
    await world.take(await world.sign(holdCommand(command, true)));
    await world.take(await world.sign(holdCommand(command, false, { revision, seq: 3 })));
    const before = { ...command, revision, audience: { computer: world.computerId }, seq: 0 };
    await world.intake.receive(await world.sign(before), { kind: 'desiredState' }, null);
    await stays(world, command);
  });

  it('is not held again by a word that was read before it went on', async () => {
    const { world, command } = await waiting();
    await world.take(await world.sign(holdCommand(command, false, { revision: 3 })));
    const late = holdCommand(command, true, { audience: { computer: world.computerId }, seq: 0 });
    await world.intake.receive(await world.sign(late), { kind: 'desiredState' }, null);
    await succeeds(world, command);
  });

  it('and was closed without going on holds no new attempt', async () => {
    const { world, command } = await waiting();
    await world.take(await world.sign(holdCommand(command, true)));
    await world.take(await world.sign(cancelCommand(command, { seq: 3 })));
    await eventually(() => expect(world.journal.attempt(command)).toMatchObject({ status: 'canceled' }));
    const next = { ...command, id: randomUUID(), attempt: 2, seq: 4, installAt: undefined };
    await world.take(await world.sign(next));
    await succeeds(world, next);
  });

  it('can be canceled while it waits', async () => {
    const { world, command } = await waiting();
    await world.take(await world.sign(holdCommand(command, true)));
    await world.take(await world.sign(cancelCommand(command, { seq: 3 })));
    await eventually(() => expect(world.journal.attempt(command)).toMatchObject({ status: 'canceled' }));
  });

  it('holds up no other job', async () => {
    const { world, command } = await waiting();
    await world.take(await world.sign(holdCommand(command, true)));
    const other = executeCommand({ audience: world.audience, seq: 3 });
    await world.take(await world.sign(other));
    await succeeds(world, other);
  });

  it('by somebody who is not the server is not paused', async () => {
    const { world, command } = await waiting();
    await world.take(await world.forge(holdCommand(command, true)));
    await succeeds(world, command);
  });
});

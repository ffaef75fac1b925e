import { eventually } from '@waybill/testing';
import { UserWorld } from '../../spec/user-world.js';
import { NOTICE_MS } from './offer.js';

const [MINUTE, HOUR] = [60_000, 3_600_000];

const worlds: UserWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) {
    world.keeper.stop();
    await world.executor.stop(0);
  }
});
/** An installer has asked for a restart. */
async function asking(user: object | undefined) {
  const world = new UserWorld();
  worlds.push(world);
  world.installs = () => ({ ok: true, bootId: 'this' });
  const attempt = world.order(user);
  await world.settle();
  expect(world.of(attempt).status).toBe('rebootPending');
  return { world, attempt };
}
const restart = (world: UserWorld) => world.desk.answer({ v: 1, do: 'restart' });

describe('an installer that asks for a restart', () => {
  it.each([undefined, { restart: 'never' }])('is only reported for %j', async (user) => {
    const { world, attempt } = await asking(user);
    expect(world.of(attempt).lastReport?.message).toBe('The installer asks for a restart of the computer.');
    expect(restart(world)).toMatchObject({ ok: false, code: 'restart.none' });
    await world.clock.pass(48 * HOUR);
    expect(world.restarts).toEqual([]);
  });

  it('restarts the computer when a user agrees, without a deadline only then', async () => {
    const { world, attempt } = await asking({ restart: 'ask' });
    expect(world.of(attempt).lastReport?.message).toContain('Its users are asked.');
    expect(world.notices.at(-1)).toMatchObject({ title: 'This computer has to restart' });
    await world.clock.pass(48 * HOUR);
    expect(world.restarts).toEqual([]);
    expect(restart(world)).toMatchObject({ ok: true });
    await eventually(() => expect(world.restarts).toHaveLength(1));
  });

  it('restarts it at the deadline, after a warning, also when the agent restarted and its clock was set back', async () => {
    const { world } = await asking({ restart: 'ask', deadlineMs: 2 * HOUR });
    await world.clock.pass(HOUR);
    world.keeper.stop();
    await world.executor.stop(0);
    world.clock.jump(-1000 * HOUR);
    await world.boot().resume();
    await world.settle();
    const said = world.notices.length;
    await world.clock.pass(HOUR - NOTICE_MS + MINUTE);
    expect([world.notices.length - said, world.restarts.length]).toEqual([1, 0]);
    await world.clock.pass(NOTICE_MS);
    expect(world.restarts).toHaveLength(1);
  });

  it('is still seen to after the journal could not be written for a while', async () => {
    const { world } = await asking({ restart: 'force', deadlineMs: HOUR });
    const { changeAttempt } = world.journal;
    world.journal.changeAttempt = () => {
      throw new Error('database or disk is full');
    };
    await world.clock.pass(30 * MINUTE);
    expect(world.restarts).toEqual([]);
    world.journal.changeAttempt = changeAttempt;
    await world.clock.pass(2 * HOUR);
    expect(world.restarts.length).toBeGreaterThan(0);
  });

  it('does not restart without a warning when its moment passed while the computer slept, or the agent did not run', async () => {
    for (const asleep of [true, false]) {
      const { world } = await asking({ restart: 'ask', deadlineMs: 2 * HOUR });
      const before = world.notices.length;
      if (!asleep) {
        world.keeper.stop();
        await world.executor.stop(0);
      }
      world.clock.jump(60 * HOUR);
      if (asleep) await world.clock.pass(MINUTE);
      else await world.boot().resume();
      await world.settle();
      expect([world.notices.length - before, world.restarts.length]).toEqual([1, 0]);
      await world.clock.pass(NOTICE_MS - MINUTE);
      expect(world.restarts).toEqual([]);
      await world.clock.pass(2 * MINUTE);
      expect([world.notices.length - before, world.restarts.length]).toEqual([1, 1]);
    }
  });

  it('sees to what is planned in the moment in which it had nothing more to see to', async () => {
    const { world, attempt } = await asking({ restart: 'force' });
    const { journal } = world;
    const openAttempts = journal.openAttempts.bind(journal);
    journal.changeAttempt(attempt, { status: 'verifying' });
    let once = false;
    // it looks, finds nothing, and before it has ended there is something
    journal.openAttempts = () => {
      if (!once)
        queueMicrotask(() => {
          journal.changeAttempt(attempt, { status: 'rebootPending' });
          world.keeper.watch();
        });
      once = true;
      return openAttempts();
    };
    await world.clock.pass(2 * NOTICE_MS);
    expect([once, world.restarts.length]).toEqual([true, 1]);
  });

  it('restarts it after a notice when it is forced, though its users are told nothing else', async () => {
    const { world } = await asking({ notify: false, restart: 'force' });
    expect(world.notices).toMatchObject([{ title: 'This computer has to restart' }]);
    await world.clock.pass(NOTICE_MS - MINUTE);
    expect(world.restarts).toEqual([]);
    await world.clock.pass(2 * MINUTE);
    expect(world.restarts).toHaveLength(1);
  });

  it('cuts no other installation off, and lets none begin while the computer goes down', async () => {
    const { world } = await asking({ restart: 'ask' });
    let end = () => {};
    world.installs = () => new Promise((resolve) => (end = () => resolve({ ok: true })));
    const other = world.order({});
    await world.settle();
    await restart(world);
    await world.settle();
    expect(world.restarts).toEqual([]);
    end();
    await world.settle();
    expect([world.of(other).status, world.restarts.length]).toEqual(['succeeded', 1]);
    const late = world.order({});
    await world.settle();
    expect([world.installed, world.of(late).finishedAt]).toEqual([2, null]);
  });

  it('is judged by what is found after the restart', async () => {
    const { world, attempt } = await asking({ restart: 'force' });
    world.keeper.stop();
    await world.executor.stop(0);
    await world.boot('the next').resume();
    await world.settle();
    expect(world.of(attempt).status).toBe('succeeded');
    expect(world.notices.at(-1)).toMatchObject({ title: 'acme-ledger 2.4.0 was installed' });
    await world.clock.pass(HOUR);
    expect(world.restarts).toEqual([]);
  });
});

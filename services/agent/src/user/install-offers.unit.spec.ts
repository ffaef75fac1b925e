import { UserWorld } from '../../spec/user-world.js';
import { NOTICE_MS } from './offer.js';

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const ASKED = { deferrals: 2, deadlineMs: 2 * DAY };

const worlds: UserWorld[] = [];
const newWorld = () => {
  const world = new UserWorld();
  worlds.push(world);
  return world;
};
afterEach(async () => {
  for (const world of worlds.splice(0)) {
    world.keeper.stop();
    await world.executor.stop(0);
  }
});
async function offered(user: object = ASKED, more: object = {}) {
  const world = newWorld();
  const attempt = world.order(user, more);
  await world.settle();
  return { world, attempt };
}
const report = (world: UserWorld, of: Awaited<ReturnType<typeof offered>>['attempt']) => world.of(of).lastReport;
const postpone = (world: UserWorld, job: string, forMs = HOUR) =>
  world.desk.answer({ v: 1, do: 'postpone', job, forMs });

describe('a job that tells users', () => {
  it('tells them before the installation begins and when it is done; without the block nobody', async () => {
    const told = await offered({});
    expect(told.world.of(told.attempt).status).toBe('succeeded');
    expect(told.world.notices.map(({ title }) => title)).toEqual([
      'acme-ledger 2.4.0 is being installed',
      'acme-ledger 2.4.0 was installed',
    ]);
    const silent = await offered({ notify: false });
    const plain = newWorld();
    plain.order(undefined);
    await plain.settle();
    expect([...silent.world.notices, ...plain.notices]).toEqual([]);
    expect([silent.world.installed, plain.installed]).toEqual([1, 1]);
  });

  it('tells them before the installer runs, and why it has failed', async () => {
    const world = newWorld();
    const before: number[] = [];
    world.installs = () => {
      before.push(world.notices.length);
      throw new Error('out of order');
    };
    world.order({});
    await world.settle();
    expect(before).toEqual([1]);
    expect(world.notices.at(-1)).toMatchObject({
      title: 'acme-ledger 2.4.0 could not be installed',
      body: expect.stringContaining('out of order') as string,
    });
  });
});

describe('a job that users may put off', () => {
  it('is offered, says so and until when, and begins by itself when nobody answers', async () => {
    const { world, attempt } = await offered();
    expect(world.of(attempt)).toMatchObject({ status: 'waiting' });
    expect(report(world, attempt)).toMatchObject({
      reason: 'user',
      message: expect.stringMatching(
        /^It waits for its users until 20\S+Z, then it begins by itself; they may put it off 2 times, until 20\S+Z at the latest\.$/,
      ) as string,
    });
    expect(world.notices).toMatchObject([{ title: 'acme-ledger 2.4.0 will be installed', urgent: true }]);
    await world.clock.pass(NOTICE_MS - MINUTE);
    expect(world.installed).toBe(0);
    await world.clock.pass(MINUTE);
    expect(world.of(attempt).status).toBe('succeeded');
  });

  it('begins at once when nobody can be asked', async () => {
    const world = newWorld();
    world.users = 0;
    const attempt = world.order(ASKED);
    await world.settle();
    expect(world.of(attempt).status).toBe('succeeded');
  });

  it('waits as long as it is put off, reminds, and is put off no more often than it says', async () => {
    const { world, attempt } = await offered();
    expect(postpone(world, attempt.jobId, 4 * HOUR)).toMatchObject({ ok: true });
    expect(report(world, attempt)?.message).toContain('they may put it off once');
    await world.clock.pass(4 * HOUR - NOTICE_MS);
    expect(world.notices).toHaveLength(2);
    // whoever is gone by then finds it at the moment that was agreed upon, and not before
    expect(postpone(world, 'acme-ledger')).toMatchObject({
      ok: true,
      done: expect.stringContaining('left: 0') as string,
    });
    expect(postpone(world, attempt.jobId.slice(0, 8))).toMatchObject({ ok: false, code: 'user.noneLeft' });
    await world.clock.pass(HOUR - MINUTE);
    expect(world.installed).toBe(0);
    await world.clock.pass(MINUTE);
    expect(world.of(attempt).status).toBe('succeeded');
    expect(postpone(world, attempt.jobId)).toMatchObject({ ok: false, code: 'job.unknown' });
  });

  it('begins at the deadline, however long it is put off', async () => {
    const { world, attempt } = await offered();
    await postpone(world, attempt.jobId, 7 * DAY);
    await world.clock.pass(2 * DAY - MINUTE);
    expect(world.installed).toBe(0);
    await world.clock.pass(MINUTE);
    expect(world.installed).toBe(1);
  });

  it('begins when a user says so', async () => {
    const { world, attempt } = await offered();
    await postpone(world, attempt.jobId, DAY);
    expect(world.desk.answer({ v: 1, do: 'installNow', job: attempt.jobId })).toMatchObject({ ok: true });
    await world.settle();
    expect(world.of(attempt).status).toBe('succeeded');
  });

  it('forgets neither deferrals nor the deadline in the next process, whatever the clock says', async () => {
    const { world, attempt } = await offered();
    await postpone(world, attempt.jobId, 7 * DAY);
    await world.clock.pass(DAY);
    await world.executor.stop(0);
    world.clock.jump(-300 * DAY);
    await world.boot().resume();
    await world.settle();
    expect(world.of(attempt).offer).toMatchObject({ used: 1 });
    expect(world.notices).toHaveLength(1);
    await world.clock.pass(DAY - 2 * MINUTE);
    expect(world.installed).toBe(0);
    await world.clock.pass(3 * MINUTE);
    expect(world.installed).toBe(1);
  });

  it('counts the time in which the computer was off', async () => {
    const { world } = await offered();
    await world.executor.stop(0);
    world.clock.jump(NOTICE_MS);
    await world.boot().resume();
    await world.settle();
    expect(world.installed).toBe(1);
  });

  it('is told when the agent was down before it could say a word, and does not begin unannounced', async () => {
    const world = newWorld();
    world.reach = () => new Promise(() => {});
    const attempt = world.order(ASKED);
    await world.settle();
    expect(world.of(attempt).offer).toMatchObject({ told: false, used: 0 });
    await world.executor.stop(0);
    world.clock.jump(3 * HOUR);
    world.reach = () => Promise.resolve(1);
    await world.boot().resume();
    await world.settle();
    expect([world.installed, world.of(attempt).offer]).toEqual([0, expect.objectContaining({ told: true })]);
    await world.clock.pass(NOTICE_MS - MINUTE);
    expect(world.installed).toBe(0);
    await world.clock.pass(2 * MINUTE);
    expect(world.installed).toBe(1);
  });

  it('waits for the window first, and again after it was put off', async () => {
    const world = newWorld();
    world.openIn(120);
    const attempt = world.order(ASKED);
    await world.settle();
    expect(report(world, attempt)).toMatchObject({ reason: 'window' });
    expect(postpone(world, attempt.jobId)).toMatchObject({ ok: false, code: 'user.notAsked' });
    await world.clock.pass(121 * MINUTE);
    expect(report(world, attempt)).toMatchObject({ reason: 'user' });
    await postpone(world, attempt.jobId, 2 * HOUR);
    await world.clock.pass(2 * HOUR);
    expect([report(world, attempt)?.reason, world.installed]).toEqual(['window', 0]);
    await world.clock.pass(DAY);
    expect(world.of(attempt).status).toBe('succeeded');
  });

  it('is canceled, expires and is held while it waits', async () => {
    const { world, attempt } = await offered();
    const held = world.order(ASKED);
    const short = world.order({ deferrals: 1 }, { expiresAt: new Date(world.clock.now() + HOUR).toISOString() });
    await world.settle();
    world.executor.cancel(attempt, { status: 'canceled', reason: 'why' });
    await world.settle();
    expect(world.of(attempt).status).toBe('canceled');
    // it cannot be put off past the end of its job
    await postpone(world, short.jobId, DAY);
    world.held = true;
    world.executor.holdBack();
    await world.clock.pass(HOUR);
    expect([world.of(held).finishedAt, world.installed]).toEqual([null, 0]);
    world.held = false;
    world.executor.wake();
    await world.settle();
    expect([world.of(held).status, world.of(short).status]).toEqual(['succeeded', 'expired']);
  });

  it('is not asked about again by a further attempt', async () => {
    const world = newWorld();
    let left = 1;
    const failed = {
      status: 'failed' as const,
      reason: 'install.exitCode',
      message: null,
      exitCode: 1618,
      evidence: null,
    };
    world.installs = () => (left-- > 0 ? { ok: false, exitCode: 1618, verdict: failed } : { ok: true });
    const retry = { attempts: 2, backoffMs: 0, multiplier: 1, jitter: 0, on: ['*'] };
    const attempt = world.order(ASKED, { retry });
    await world.settle();
    await world.clock.pass(NOTICE_MS);
    await world.settle();
    expect(world.journal.attemptsOf(attempt.jobId, 1).map(({ status }) => status)).toEqual(['failed', 'succeeded']);
    expect(world.notices.map(({ title }) => title.replace('acme-ledger 2.4.0 ', ''))).toEqual([
      'will be installed',
      'is being installed',
      'could not be installed',
      'is being installed',
      'was installed',
    ]);
  });
});

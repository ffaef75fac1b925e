import { UserWorld } from '../../spec/user-world.js';
import { Bandwidth } from '../downloads/bandwidth.js';
import type { BandwidthPlan } from '../downloads/bandwidth-plan.js';
import { STEPS } from './attempt.js';
import { spreadMoment } from './spread-downloads.js';

const HOUR = 3_600_000;

/** A computer at noon, and when it fetches. */
function computer(plan: BandwidthPlan = []) {
  const world = new UserWorld({ bandwidth: new Bandwidth(plan, () => 'UTC'), spread: spreadMoment });
  const { clock, journal } = world;
  clock.jump(12 * HOUR - (clock.now() % (24 * HOUR)));
  const noon = clock.now();
  const order = (more: object = {}) => world.order(undefined, more);
  /** hours after noon */
  const at = (step: string) => {
    const began = world.began.get(step);
    return began === undefined ? undefined : (began - noon) / HOUR;
  };
  const inHours = (hours: number) => new Date(noon + hours * HOUR).toISOString();
  return { clock, journal, world, order, at, inHours };
}

describe('the files of an attempt', () => {
  it('are fetched at once when they are needed at once', async () => {
    const { clock, order, at } = computer();
    order();
    await clock.pass(1_000);
    expect([at(STEPS.download), at(STEPS.install)].map((hours) => Math.floor(hours! * 60))).toEqual([0, 0]);
  });

  it('that are needed later are fetched at a moment of the computer’s own, also by the next process; the execution says when', async () => {
    const { clock, journal, world, order, at, inHours } = computer();
    const attempt = order({ installAt: inHours(50) });
    await clock.pass(1_000);
    const { reason, message } = journal.attempt(attempt)!.lastReport!;
    expect(reason).toBe('bandwidth');
    const moment = /^It fetches its files from (.*) on\.$/.exec(message!)![1]!;
    await world.executor.stop(0);
    await world.boot().resume();
    await clock.pass(Date.parse(moment) - clock.now() - 1);
    expect(at(STEPS.download)).toBeUndefined();
    await clock.pass(60_000);
    expect(at(STEPS.download)).toBeLessThan(11 / 60);
    await clock.pass(50 * HOUR);
    expect(at(STEPS.install)).toBeCloseTo(50, 1);
  });

  it('wait for the hours in which the computer may fetch, whatever is urgent', async () => {
    const { clock, journal, order, at } = computer([{ rate: 0, from: 8 * 60, to: 18 * 60 }]);
    const attempt = order();
    await clock.pass(HOUR);
    expect(journal.attempt(attempt)!.lastReport).toMatchObject({
      status: 'waiting',
      reason: 'bandwidth',
      message: expect.stringContaining('T18:00:00.000Z') as string,
    });
    await clock.pass(5 * HOUR - 60_000);
    expect(at(STEPS.download)).toBeUndefined();
    await clock.pass(120_000);
    expect(at(STEPS.download)).toBeCloseTo(6, 1);
    expect(journal.attempt(attempt)).toMatchObject({ status: 'succeeded' });
  });

  it('are not waited for by what is fetched already', async () => {
    const { clock, order, at, inHours } = computer([{ rate: 0, from: 13 * 60, to: 18 * 60 }]);
    order({ installAt: inHours(2) });
    await clock.pass(3 * HOUR);
    expect(at(STEPS.download)).toBeLessThan(1);
    expect(at(STEPS.install)).toBeCloseTo(2, 1);
  });

  it('that are canceled while they wait are not fetched', async () => {
    const { clock, journal, world, order, at, inHours } = computer();
    const attempt = order({ installAt: inHours(50) });
    world.executor.cancel(attempt, { status: 'canceled', reason: 'by anna' });
    world.executor.wake();
    await clock.pass(60 * HOUR);
    expect(journal.attempt(attempt)).toMatchObject({ status: 'canceled' });
    expect(at(STEPS.download)).toBeUndefined();
  });
});

import fc from 'fast-check';
import { type BandwidthPlan, opensIn, parseBandwidth, rateAt } from './bandwidth-plan.js';

const KiB = 1024;
const plan = (text: string): BandwidthPlan => {
  const parsed = parseBandwidth(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
};
/** 2026-11-23 is a Monday. */
const wall = (text: string) => Date.parse(`2026-11-${text}Z`);

describe('a bandwidth plan', () => {
  it.each([
    ['2MiB', '23T12:00:00', 2048 * KiB],
    ['500KiB@MO-FR 08:00-18:00, 10MiB', '23T07:59:59', 10_240 * KiB],
    ['500KiB@MO-FR 08:00-18:00, 10MiB', '23T08:00:00', 500 * KiB],
    ['500KiB@MO-FR 08:00-18:00, 10MiB', '27T17:59:59', 500 * KiB],
    ['500KiB@MO-FR 08:00-18:00, 10MiB', '27T18:00:00', 10_240 * KiB],
    ['500KiB@MO-FR 08:00-18:00, 10MiB', '28T12:00:00', 10_240 * KiB],
    ['500KiB@MO-FR 08:00-18:00', '28T12:00:00', Infinity],
    ['0B@SU', '29T23:59:59', 0],
    ['0B@SU', '23T00:00:00', Infinity],
    // over midnight: the day is the one on which it begins
    ['1B@FR 22:00-06:00', '28T05:59:59', 1],
    ['1B@FR 22:00-06:00', '27T05:59:59', Infinity],
    ['1B@SU 22:00-06:00', '23T05:00:00', 1],
    ['1B@22:00-24:00', '25T23:59:59', 1],
    ['1B@SA-MO', '23T12:00:00', 1],
    ['1B@SA-MO', '24T12:00:00', Infinity],
  ])('%s allows at %s %d bytes per second', (text, at, rate) => expect(rateAt(plan(text), wall(at))).toBe(rate));

  it.each([
    ['', 'use rates'],
    ['fast', 'use rates'],
    ['2MB', 'use rates'],
    ['2MiB@', 'use rates'],
    ['2MiB@XX', 'the days are MO, TU'],
    ['2MiB@MO-YY 08:00-09:00', 'the days are'],
    ['2MiB@08:00-25:00', 'hours are'],
    ['2MiB@08:60-09:00', 'hours are'],
    ['2MiB@08:00-08:00', 'ends when it begins'],
    ['2MiB, 1MiB@MO', '"1MiB@MO" never counts'],
    ['0B', 'never fetches'],
    ['0B@MO-SU 00:00-24:00, 1B', 'never fetches'],
    ['1MiB@MO;2MiB', 'use rates'],
  ])('%j is none: %s', (text, why) => expect(parseBandwidth(text)).toContain(why));

  it.each([
    ['0B@08:00-18:00', '23T12:00:30', 5.99166 * 3600],
    ['0B@08:00-18:00', '23T18:00:00', 0],
    ['0B@SA-SU', '28T00:00:00', 48 * 3600],
  ])('%s at %s lets fetch again in %d s', (text, at, seconds) => {
    const ms = opensIn(plan(text), wall(at));
    expect(ms! / 1000).toBeCloseTo(seconds, 0);
  });

  it('opens at the moment that it says and not before', () => {
    const time = fc.integer({ min: 0, max: 1_439 });
    const rule = fc.record({
      rate: fc.constantFrom(0, 1),
      days: fc.option(fc.subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 1 }), { nil: undefined }),
      from: time,
      to: time,
    });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), fc.integer({ min: 0, max: 40 * 86_400_000 }), (rules, at) => {
        const ms = opensIn(rules, at);
        if (ms === null) return expect(rateAt(rules, at)).toBe(0);
        expect(rateAt(rules, at + ms)).toBeGreaterThan(0);
        if (ms > 0) expect([rateAt(rules, at), rateAt(rules, at + ms - 1)]).toEqual([0, 0]);
      }),
    );
  });
});

import type { UserPolicy } from '@waybill/contracts/agent';
import {
  aged,
  deferralsLeft,
  dueInMs,
  firstOffer,
  NOTICE_MS,
  type Offer,
  postponed,
  tellInMs,
  unattended,
  withNotice,
} from './offer.js';

const NOW = Date.UTC(2026, 8, 1, 9);
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const EXPIRES = NOW + 30 * DAY;
const POLICY: UserPolicy = { notify: true, deferrals: 2, deadlineMs: 2 * DAY, restart: 'never' };

const offered = (part: Partial<UserPolicy> = {}, expiresAt = EXPIRES) =>
  firstOffer({ ...POLICY, ...part }, expiresAt, NOW);
function putOff(offer: Offer, ms: number, now: number, part: Partial<UserPolicy> = {}): Offer {
  const result = postponed(offer, { ...POLICY, ...part }, ms, now);
  if (!result.ok) throw new Error(result.code);
  return result.offer;
}
const refused = (offer: Offer, ms: number, now: number, part: Partial<UserPolicy> = {}) => {
  const result = postponed(offer, { ...POLICY, ...part }, ms, now);
  return result.ok ? result.offer.begins : result.code;
};

describe('an installation that is offered', () => {
  it('begins by itself after the notice when nobody answers', () => {
    const offer = offered();
    expect(dueInMs(offer, NOW)).toBe(NOTICE_MS);
    expect(dueInMs(offer, NOW + NOTICE_MS - 1)).toBe(1);
    expect(dueInMs(offer, NOW + NOTICE_MS)).toBe(0);
    expect(tellInMs(offer, NOW)).toBe(0);
  });

  it('begins at once when somebody says so, or nobody is there', () => {
    expect(dueInMs({ ...offered(), agreed: true }, NOW)).toBe(0);
    expect(dueInMs(unattended(offered(), NOW), NOW)).toBe(0);
  });

  it('is put off as often as the job says, and no more', () => {
    const once = putOff(offered(), HOUR, NOW);
    expect([dueInMs(once, NOW), deferralsLeft(once, POLICY)]).toEqual([HOUR, 1]);
    const twice = putOff(once, 4 * HOUR, NOW + HOUR);
    expect(twice).toMatchObject({ begins: new Date(NOW + 5 * HOUR).toISOString(), used: 2, offeredAt: once.offeredAt });
    expect(refused(twice, HOUR, NOW + 2 * HOUR)).toBe('user.noneLeft');
    expect(refused(offered({ deferrals: 0 }), HOUR, NOW, { deferrals: 0 })).toBe('user.noneLeft');
  });

  it('is not put off past the deadline, which counts from the first offer', () => {
    const late = putOff(offered(), 7 * DAY, NOW + MINUTE);
    expect(late.begins).toBe(new Date(NOW + 2 * DAY).toISOString());
    expect(refused(late, HOUR, NOW + DAY)).toBe('user.deadline');
    expect(dueInMs(late, NOW + 2 * DAY)).toBe(0);
    expect(refused(late, HOUR, NOW + 2 * DAY)).toBe('user.deadline');
  });

  it('is put off by seven days at most where there is no deadline, and not past the end of its command', () => {
    const endless = offered({ deadlineMs: undefined });
    expect(dueInMs(putOff(endless, 20 * DAY, NOW), NOW)).toBe(7 * DAY);
    const ending = offered({ deadlineMs: undefined }, NOW + DAY);
    expect(dueInMs(putOff(ending, 7 * DAY, NOW), NOW)).toBe(DAY - NOTICE_MS);
    expect(dueInMs(offered({}, NOW + MINUTE), NOW)).toBe(0);
  });

  it('can be put off again by whoever has let it begin, while it waits for something else', () => {
    expect(putOff({ ...offered(), agreed: true }, HOUR, NOW)).toMatchObject({ agreed: false, used: 1 });
  });

  it('is announced again shortly before a moment that was put off', () => {
    const offer = putOff({ ...offered(), told: true }, HOUR, NOW);
    expect(tellInMs(offer, NOW)).toBe(HOUR - NOTICE_MS);
    expect(tellInMs(putOff(offer, MINUTE, NOW), NOW)).toBe(0);
    expect(tellInMs({ ...offer, told: true }, NOW)).toBeNull();
  });

  it('gets its notice again when its moment passed without a word, as far as the deadline lets', () => {
    const offer = offered();
    expect(withNotice(offer, NOW + HOUR)).toEqual({
      ...offer,
      begins: new Date(NOW + HOUR + NOTICE_MS).toISOString(),
      beginsInMs: NOTICE_MS,
    });
    expect(dueInMs(withNotice(offer, NOW + 2 * DAY - MINUTE), NOW + 2 * DAY - MINUTE)).toBe(MINUTE);
    for (const kept of [
      { ...offer, told: true },
      { ...offer, agreed: true },
    ])
      expect(withNotice(kept, NOW + HOUR)).toEqual(kept);
    expect(withNotice(offer, NOW + 2 * DAY)).toEqual(offer);
    expect(withNotice(offer, NOW + MINUTE)).toEqual(offer);
  });

  describe('on a computer whose clock jumps', () => {
    it.each([HOUR, 30 * DAY, 365 * DAY])('back by %d ms, begins after the running time that was left', (back) => {
      const offer = putOff(offered(), HOUR, NOW);
      const now = NOW - back;
      expect(dueInMs(offer, now)).toBe(HOUR);
      expect(dueInMs(aged(offer, HOUR - MINUTE), now)).toBe(MINUTE);
      expect(dueInMs(aged(offer, HOUR), now)).toBe(0);
    });

    it('back, gains no more than the deadline by putting it off again', () => {
      const offer = aged(putOff(offered(), HOUR, NOW), 2 * DAY - HOUR);
      const again = putOff(offer, 7 * DAY, NOW - 30 * DAY);
      expect(dueInMs(again, NOW - 30 * DAY)).toBe(HOUR);
      expect(dueInMs(aged(again, HOUR), NOW - 30 * DAY)).toBe(0);
    });

    it('ahead, begins as if the time had passed, and what ran backwards adds nothing', () => {
      expect(dueInMs(putOff(offered(), HOUR, NOW), NOW + DAY)).toBe(0);
      expect(aged(offered(), -DAY)).toEqual(offered());
    });
  });
});

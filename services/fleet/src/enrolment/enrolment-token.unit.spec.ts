import { isUsable, mayRepeatEnrolment, tokenLimits, type TokenState } from './enrolment-token.js';

const NOW = new Date('2026-09-01T00:00:00Z');
const token = (change: Partial<TokenState> = {}): TokenState => ({
  id: 't1',
  maxUses: 2,
  uses: 0,
  expiresAt: new Date('2026-09-02T00:00:00Z'),
  ...change,
});

describe('tokenLimits', () => {
  it('defaults to one use within a day', () => {
    expect(tokenLimits({}, NOW)).toEqual({ maxUses: 1, expiresAt: new Date('2026-09-02T00:00:00Z') });
  });

  it('takes what is asked for', () => {
    expect(tokenLimits({ maxUses: 9, expiresAt: '2026-10-01T00:00:00+09:00' }, NOW)).toEqual({
      maxUses: 9,
      expiresAt: new Date('2026-09-30T15:00:00Z'),
    });
  });

  it.each(['2026-08-31T23:59:59Z', '2026-09-01T00:00:00Z', '2028-01-01T00:00:00Z', '2026-02-30T00:00:00Zx'])(
    'refuses %s',
    (expiresAt) => {
      expect(() => tokenLimits({ expiresAt }, NOW)).toThrow(
        expect.objectContaining({ code: 'enrolmentToken.expiryInvalid' }),
      );
    },
  );
});

describe('an enrolment token', () => {
  it('is usable until its count or its time is over', () => {
    expect(isUsable(token({ uses: 1 }), NOW)).toBe(true);
    expect(isUsable(token({ uses: 2 }), NOW)).toBe(false);
    expect(isUsable(token({ expiresAt: NOW }), NOW)).toBe(false);
  });

  it('repeats an enrolment with itself even when used up, and with another one only while that is usable', () => {
    expect(mayRepeatEnrolment(token({ uses: 2 }), 't1', NOW)).toBe(true);
    expect(mayRepeatEnrolment(token({ uses: 2 }), 't2', NOW)).toBe(false);
    expect(mayRepeatEnrolment(token(), null, NOW)).toBe(true);
  });
});

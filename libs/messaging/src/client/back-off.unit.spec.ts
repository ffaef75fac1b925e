import { backOffDelay } from './back-off.js';

describe('back-off', () => {
  const bounds = { baseMs: 100, maxMs: 1_000 };

  it('doubles up to the maximum', () => {
    const longest = [0, 1, 2, 3, 4, 50, 5_000].map((attempt) => backOffDelay(attempt, bounds, () => 1));
    expect(longest).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000]);
  });

  it('spreads over the whole interval', () => {
    expect(backOffDelay(3, bounds, () => 0)).toBe(0);
    expect(backOffDelay(3, bounds, () => 0.5)).toBe(400);
  });
});

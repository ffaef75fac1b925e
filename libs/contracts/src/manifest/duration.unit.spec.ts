import { DURATION_PATTERN, durationMs } from './duration.js';

describe('duration', () => {
  it.each([
    ['PT24H', 86_400],
    ['P1DT2H3M4S', 93_784],
    ['P2D', 172_800],
    ['PT90S', 90],
    ['PT0S', 0],
  ])('%s has %d seconds', (text, seconds) => {
    expect(text).toMatch(DURATION_PATTERN);
    expect(durationMs(text)).toBe(seconds * 1000);
  });

  it.each(['', 'P', 'PT', '24h', 'P1Y', 'PT1.5H', '-PT1H', 'P1D ', 'P1DT'])('"%s" is none', (text) => {
    expect(text).not.toMatch(DURATION_PATTERN);
    expect(() => durationMs(text)).toThrow(RangeError);
  });
});

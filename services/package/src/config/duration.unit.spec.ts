import { DURATION_PATTERN, durationSeconds } from './duration.js';

describe('duration', () => {
  it.each([
    ['PT24H', 86_400],
    ['P1DT2H3M4S', 93_784],
    ['P2D', 172_800],
    ['PT90S', 90],
  ])('%s has %d seconds', (text, seconds) => {
    expect(text).toMatch(DURATION_PATTERN);
    expect(durationSeconds(text)).toBe(seconds);
  });

  it.each(['', 'P', 'PT', '24h', 'P1Y', 'PT1.5H', '-PT1H'])('"%s" is none', (text) =>
    expect(text).not.toMatch(DURATION_PATTERN),
  );
});

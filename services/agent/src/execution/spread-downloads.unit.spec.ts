import { randomUUID } from 'node:crypto';
import { spreadMoment } from './spread-downloads.js';

const HOUR = 3_600_000;
const facts = (changesAt: number | null, computerId = 'c') => ({
  jobId: 'j',
  run: 1,
  computerId,
  since: 1_000,
  changesAt,
});

describe('fetching ahead', () => {
  it.each([
    ['is changed at once', null],
    ['is changed within the minute', 1_000 + 60_000],
    ['could have been changed before', 0],
  ])('is not put off on a computer that %s', (_what, changesAt) => expect(spreadMoment(facts(changesAt))).toBe(1_000));

  it.each([
    ['a tenth of the time that is left', HOUR, 360_000],
    ['ten minutes', 1_000 * HOUR, 600_000],
  ])('is spread evenly over %s', (_what, left, span) => {
    const moments = Array.from({ length: 2_000 }, () => spreadMoment(facts(1_000 + left, randomUUID())) - 1_000);
    expect(Math.min(...moments)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...moments)).toBeLessThan(span);
    const tenths = Array.from(
      { length: 10 },
      (_, i) => moments.filter((m) => Math.floor((m / span) * 10) === i).length,
    );
    // 200 each; ten standard deviations of room
    expect(Math.min(...tenths)).toBeGreaterThan(60);
  });

  it('begins at the same moment after a restart, and at another one for another job', () => {
    const moment = spreadMoment(facts(HOUR));
    expect(spreadMoment(facts(HOUR))).toBe(moment);
    expect(spreadMoment({ ...facts(HOUR), jobId: 'other' })).not.toBe(moment);
  });
});

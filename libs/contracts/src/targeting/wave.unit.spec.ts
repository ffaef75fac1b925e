import fc from 'fast-check';
import { inboxShard } from '../naming/streams.js';
import { selects } from './selector.js';
import { rolloutHash, waveOf, waveSlice } from './wave.js';

const TWO_POW_32 = 2 ** 32;

/** Rising percentages that end in 100. */
const plan = fc
  .uniqueArray(fc.double({ min: 0.001, max: 99.999, noNaN: true }), { maxLength: 8 })
  .map((percents) => [...percents.sort((a, b) => a - b), 100]);

const computer = (n: number) => `018f6f3e-7c1a-7000-8000-${n.toString(16).padStart(12, '0')}`;
const JOB = '0190a000-0000-7000-8000-000000000001';

describe('waves', () => {
  it('slices of any plan follow each other without gap or overlap and cover everybody', () => {
    fc.assert(
      fc.property(plan, (percents) => {
        let next = 0;
        for (let wave = 1; wave <= percents.length; wave++) {
          const { from, to } = waveSlice(percents, wave);
          expect(from).toBe(next);
          expect(to).toBeGreaterThanOrEqual(from);
          next = to;
        }
        expect(next).toBe(TWO_POW_32);
      }),
    );
  });

  it('every computer is selected by exactly one slice, that of its wave', () => {
    fc.assert(
      fc.property(plan, fc.uuid(), fc.uuid(), (percents, jobId, computerId) => {
        const subject = { computerId, succeeded: false, lastAttempt: 0 };
        const selected = percents
          .map((_percent, index) => index + 1)
          .filter((wave) => selects({ kind: 'slice', ...waveSlice(percents, wave) }, jobId, subject));
        expect(selected).toEqual([waveOf(jobId, computerId, percents)]);
      }),
      { numRuns: 500 },
    );
  });

  it('holds its percentage of a fleet', () => {
    const percents = [1, 10, 50, 100];
    const counts = [0, 0, 0, 0];
    const fleet = 50_000;
    for (let n = 0; n < fleet; n++) counts[waveOf(JOB, computer(n), percents) - 1]!++;
    const shares = counts.map((count) => (count / fleet) * 100);
    [1, 9, 40, 50].forEach((expected, index) => expect(Math.abs(shares[index]! - expected)).toBeLessThan(0.6));
  });

  it('draws anew for every job: the same computers are not always the first', () => {
    const first = (job: string) =>
      Array.from({ length: 2000 }, (_, n) => computer(n)).filter((id) => waveOf(job, id, [10, 100]) === 1);
    const other = new Set(first('0190a000-0000-7000-8000-000000000002'));
    const both = first(JOB).filter((id) => other.has(id));
    expect(both.length).toBeLessThan(60);
  });

  it('a hash is a whole number in [0, 2^32)', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (jobId, computerId) => {
        const hash = rolloutHash(jobId, computerId);
        expect(Number.isInteger(hash) && hash >= 0 && hash < TWO_POW_32).toBe(true);
      }),
    );
  });
});

describe('inbox shards', () => {
  it('spread a fleet evenly over the 64 streams', () => {
    const counts = new Array<number>(64).fill(0);
    for (let n = 0; n < 64_000; n++) counts[inboxShard(computer(n))]!++;
    // 63 degrees of freedom: an even hash stays below this in 999 of 1,000 fleets
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(103.4);
  });
});

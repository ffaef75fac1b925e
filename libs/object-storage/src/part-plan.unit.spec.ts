import fc from 'fast-check';
import { MAX_OBJECT_SIZE, MAX_PART_SIZE, MAX_PARTS, MIN_PART_SIZE, partSizes, planPartSize } from './part-plan.js';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

describe('the plan of parts', () => {
  it.each([
    ['nothing', 0, 16 * MIB, 1, 0],
    ['one byte', 1, 16 * MIB, 1, 1],
    ['exactly one part', 16 * MIB, 16 * MIB, 1, 16 * MIB],
    ['one byte more than a part', 16 * MIB + 1, 16 * MIB, 2, 1],
    ['5 GiB and a byte: more than one PUT of S3 takes', 5 * GIB + 1, 16 * MIB, 321, 1],
    ['100 GiB', 100 * GIB, 103 * MIB, 995, 18 * MIB],
    ['the largest object', MAX_OBJECT_SIZE, MAX_PART_SIZE, 1024, MAX_PART_SIZE],
  ])('of %s', (_what, size, partSize, count, last) => {
    const sizes = partSizes(size, planPartSize(size));
    expect([planPartSize(size), sizes.length, sizes.at(-1)]).toEqual([partSize, count, last]);
  });

  it('keeps to the limits of S3 and holds every byte once, whatever the size', () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 40 * GIB }), fc.integer({ min: 0, max: MAX_OBJECT_SIZE }));
    fc.assert(
      fc.property(size, (bytes) => {
        const partSize = planPartSize(bytes);
        const sizes = partSizes(bytes, partSize);
        expect(sizes.reduce((sum, one) => sum + one, 0)).toBe(bytes);
        expect(sizes.length).toBeLessThanOrEqual(MAX_PARTS);
        expect(partSize).toBeGreaterThanOrEqual(MIN_PART_SIZE);
        expect(partSize).toBeLessThanOrEqual(MAX_PART_SIZE);
        expect(sizes.slice(0, -1).every((one) => one === partSize)).toBe(true);
        expect(sizes.at(-1)).toBeLessThanOrEqual(partSize);
        if (bytes > 0) expect(sizes.at(-1)).toBeGreaterThan(0);
      }),
    );
  });

  it.each([-1, 0.5, Number.NaN, MAX_OBJECT_SIZE + 1])('there is none for %d bytes', (size) => {
    expect(() => planPartSize(size)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'upload.tooLarge' }));
  });
});

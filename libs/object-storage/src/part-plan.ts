import { invalid } from '@waybill/contracts';

const MIB = 1024 * 1024;
/** S3's own limits: every part but the last has at least 5 MiB, none more than 5 GiB, and an object has at most 10,000. */
export const MIN_PART_SIZE = 5 * MIB;
export const MAX_PART_SIZE = 5 * 1024 * MIB;
export const MAX_PARTS = 10_000;
/** Bytes of the largest object that every S3-compatible store takes: 5 TiB. */
export const MAX_OBJECT_SIZE = 5 * 1024 * 1024 * MIB;

/** A part that is lost on the way is sent again, so parts are small; but not so small that their requests cost more than their bytes. */
const USUAL_PART_SIZE = 16 * MIB;
/** Every part has a URL in the answer and a line in the completion: both stay below a megabyte. */
const USUAL_PARTS = 1000;

/**
 * Parts of 16 MiB up to 15.6 GiB; larger objects have about 1,000 parts, the largest 1,024 of 5 GiB.
 * @param size bytes of the whole object
 * @returns bytes of every part but the last
 * @throws invalid `upload.tooLarge`, also for a size that is no number of bytes
 */
export function planPartSize(size: number): number {
  if (!Number.isSafeInteger(size) || size < 0 || size > MAX_OBJECT_SIZE) {
    throw invalid('upload.tooLarge', `An upload has 0 to ${MAX_OBJECT_SIZE} bytes (5 TiB), not ${size}.`);
  }
  const wanted = Math.ceil(size / USUAL_PARTS / MIB) * MIB;
  return Math.min(MAX_PART_SIZE, Math.max(USUAL_PART_SIZE, wanted));
}

/**
 * Bytes of part 1, part 2 …: all of `partSize` but the last, which has the rest. An empty object has one empty part.
 * @param size bytes of the whole object
 */
export function partSizes(size: number, partSize: number): number[] {
  const count = Math.max(1, Math.ceil(size / partSize));
  return Array.from({ length: count }, (_, index) => Math.min(partSize, size - index * partSize));
}

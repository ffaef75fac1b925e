import { createHash } from 'node:crypto';

const TWO_POW_32 = 2 ** 32;

/** Position of a computer in a job's rollout: the first 32 bits of SHA-256(`jobId:computerId`), big-endian, in [0, 2^32). */
export function rolloutHash(jobId: string, computerId: string): number {
  return createHash('sha256').update(`${jobId}:${computerId}`).digest().readUInt32BE(0);
}

/**
 * Number (from 1) of the wave a computer falls into; always the one whose {@link waveSlice} holds its hash.
 * @param cumulativePercents rising percentages, the last one 100, e.g. `[1, 10, 100]`
 */
export function waveOf(jobId: string, computerId: string, cumulativePercents: readonly number[]): number {
  return waveAt(rolloutHash(jobId, computerId), cumulativePercents);
}

/** The same for a position in [0, 2^32) that is not the hash: jobs that are told stratum by stratum give out their own. */
export function waveAt(position: number, cumulativePercents: readonly number[]): number {
  const index = cumulativePercents.findIndex((percent) => position < upperBound(percent));
  return index === -1 ? cumulativePercents.length : index + 1;
}

/** Half-open hash range `[from, to)` of a wave, as used by the command selector `slice`. */
export function waveSlice(cumulativePercents: readonly number[], wave: number): { from: number; to: number } {
  const from = wave === 1 ? 0 : upperBound(cumulativePercents[wave - 2]!);
  return { from, to: upperBound(cumulativePercents[wave - 1]!) };
}

function upperBound(percent: number): number {
  return Math.ceil((percent / 100) * TWO_POW_32);
}

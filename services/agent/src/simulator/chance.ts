import { createHash } from 'node:crypto';

/** A number in [0, 1) that depends on nothing but its arguments: a run with the same seed fails in the same places, in any order. */
export function chance(seed: number, ...of: (string | number)[]): number {
  return (
    createHash('sha256')
      .update([seed, ...of].join(':'))
      .digest()
      .readUInt32BE(0) /
    2 ** 32
  );
}

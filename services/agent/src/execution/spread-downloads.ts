import { createHash } from 'node:crypto';

/** Of the time until the computer may be changed. */
const SHARE = 0.1;
const LONGEST_MS = 600_000;
/** Whoever is changed so soon fetches at once. */
const SOON_MS = 60_000;

export interface SpreadFacts {
  jobId: string;
  run: number;
  computerId: string;
  /** when the attempt could first fetch; milliseconds since the epoch, as the others */
  since: number;
  /** when the computer may first be changed; null for at once */
  changesAt: number | null;
}

/**
 * When a computer fetches what is installed later: each at a moment of its own, the same after a restart, in the first tenth of the time that is left and within
 * ten minutes. Ten thousand computers hear of a job in the same second.
 * @returns milliseconds since the epoch; not after `since` when it may fetch at once
 */
export function spreadMoment({ jobId, run, computerId, since, changesAt }: SpreadFacts): number {
  const left = changesAt === null ? 0 : changesAt - since;
  if (left <= SOON_MS) return since;
  const share = createHash('sha256').update(`${jobId}/${run}/${computerId}`).digest().readUInt32BE() / 2 ** 32;
  return since + Math.floor(share * Math.min(left * SHARE, LONGEST_MS));
}

import { rolloutHash, waveAt } from '@waybill/contracts';
import type { Job } from '../jobs/job.js';
import { percentsOf } from './rollout.js';

/**
 * A stratified job shares each stratum out over its waves by rank, in the order of the hash, so that even a small one has somebody in the
 * first wave. A computer cannot tell its rank: where it stands is stored with it, and it is told by its inbox.
 */
export function isStratified({ rollout }: Pick<Job, 'rollout'>): boolean {
  return rollout?.stratifyBy !== undefined;
}

/** Where a target stands in the order in which a job tells its computers. */
interface Placed {
  computerId: string;
  /** as it is stored; of jobs that are not stratified it is the hash, or is not kept */
  position: number | null;
}

/** In [0, 2^32). */
export function positionOf(job: Job, { computerId, position }: Placed): number {
  return (isStratified(job) ? position : null) ?? rolloutHash(job.id, computerId);
}

/** The wave of a target, from 1. */
export function waveOfTarget(job: Job, target: Placed): number {
  return waveAt(positionOf(job, target), percentsOf(job));
}

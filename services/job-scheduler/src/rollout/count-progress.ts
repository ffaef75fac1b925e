import { type ExecutionCounters, FAILED_STATUSES, type WaveProgress } from '@waybill/contracts';
import type { Job } from '../jobs/job.js';
import { countPace } from './pace.js';
import { NONE, type Tally } from './rollout.js';

/** The newest counters of a run, as result tells them. */
export interface Counted {
  attempt: number;
  finished: number;
  counters?: ExecutionCounters;
  /** absent when there is one wave */
  waves?: readonly WaveProgress[];
}

/**
 * The job with newer counters. Words may come late and in any order: within one attempt nothing that has ended begins again, so the one
 * with more ended executions is the newer.
 */
export function countProgress(job: Job, counted: Counted): Job {
  const state = job.rolloutState;
  const { counters } = counted;
  if (!state || !counters || counted.attempt < state.attempt) return job;
  if (counted.attempt === state.attempt && counted.finished < state.tally.finished) return job;
  const failed = FAILED_STATUSES.reduce((sum, status) => sum + counters[status], 0);
  const tally = { finished: counted.finished, failed };
  const one = { wave: 1, finished: counted.finished, succeeded: counters.succeeded, failed };
  const known = new Map((counted.waves ?? [one]).map((wave) => [wave.wave, wave]));
  const waves = state.waves.map((wave, i) => {
    const { finished, succeeded, failed: ofWave = finished - succeeded } = known.get(i + 1) ?? wave;
    return { ...wave, finished, succeeded, failed: ofWave };
  });
  const pace = state.pace && countPace(state.pace, counters);
  return { ...job, rolloutState: { ...state, attempt: counted.attempt, tally, waves, pace } };
}

/**
 * A new attempt of some computers has begun: what was counted of the one before says nothing any more, until result has counted again (it may
 * have already). Whoever re-executes a halted job has seen what failed: only what ends from here on can halt it again. Of what was forgiven
 * before no more can be left than has ended and was not reopened.
 * @param reopened how many computers, and how many of them had failed
 */
export function countAnew(job: Job, attempt: number, reopened: Tally): Job {
  const state = job.rolloutState;
  if (!state) return job;
  const isCounted = state.attempt >= attempt;
  const left = (of: keyof Tally) => Math.max(0, state.tally[of] - (isCounted ? 0 : reopened[of]));
  const before = job.status === 'halted' ? state.tally : state.forgiven;
  const forgiven = {
    finished: Math.min(before.finished, left('finished')),
    failed: Math.min(before.failed, left('failed')),
  };
  if (isCounted) return { ...job, rolloutState: { ...state, forgiven } };
  const waves = state.waves.map((wave) => ({ ...wave, finished: 0, succeeded: 0, failed: 0 }));
  return { ...job, rolloutState: { ...state, attempt, tally: NONE, forgiven, waves } };
}

import { beginsLast } from '../jobs/everywhere.js';
import type { Job } from '../jobs/job.js';
import { gateOf, needsApproval, type RolloutState, soakOf } from './rollout.js';

/** Whether the wave after a released one, all of which has been told, may go. */
export type WaveVerdict =
  | { kind: 'go' }
  /** it soaks until then */
  | { kind: 'soak'; until: Date }
  /** so many computers more must finish before the gate is judged */
  | { kind: 'finish'; missing: number }
  | { kind: 'approval' }
  | { kind: 'halt' };

/**
 * Judges a released wave: it must have soaked, then enough of it must have finished, then enough of those succeeded, then somebody must
 * have let the next one go, where that was ordered. A wave without computers holds nobody up.
 */
export function judgeWave(job: Job, state: RolloutState, wave: number, now: Date): WaveVerdict {
  const { total, finished, releasedAt, toldAt, approvedBy } = state.waves[wave - 1]!;
  if (total === 0) return { kind: 'go' };
  // jobs that began before there was a pace have told a wave when they released it
  const told = Date.parse(toldAt ?? releasedAt!);
  const soak = soakOf(job, wave);
  // a soak that was over before anybody had begun would have shown nothing
  const until = new Date((soak > 0 ? Math.max(told, beginsLast(job)?.getTime() ?? told) : told) + soak);
  if (now < until) return { kind: 'soak', until };
  if (wave > state.waived) {
    const { minimumFinished, successPercent } = gateOf(job);
    const missing = Math.min(minimumFinished, total ?? Infinity) - finished;
    if (missing > 0) return { kind: 'finish', missing };
    if (successShare(state, wave) < successPercent) return { kind: 'halt' };
  }
  return needsApproval(job, wave) && approvedBy === null ? { kind: 'approval' } : { kind: 'go' };
}

/** Success among the computers of a wave that have succeeded or failed, in %; 100 while there is none. */
export function successShare({ waves }: RolloutState, wave: number): number {
  const { finished, succeeded, failed = finished - succeeded } = waves[wave - 1]!;
  const tried = succeeded + failed;
  return tried === 0 ? 100 : (succeeded / tried) * 100;
}

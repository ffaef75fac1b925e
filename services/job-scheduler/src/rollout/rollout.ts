import { durationMs, type JobRollout, type PlannedRollout, type StopWhen } from '@waybill/contracts';
import type { Job } from '../jobs/job.js';
import { isPaced, NOBODY_TOLD, type Pace } from './pace.js';

const DEFAULT_GATE = { successPercent: 95, minimumFinished: 20 };

/** How many of a part of the job's computers have ended. */
export interface Tally {
  readonly finished: number;
  /** failed, rejected or timed out */
  readonly failed: number;
}

/** Where one wave stands. */
export interface WaveState {
  /** computers in it, null before the targets are known */
  readonly total: number | null;
  readonly finished: number;
  readonly succeeded: number;
  /** failed, rejected or timed out; whoever was canceled, as a computer that was removed, has neither succeeded nor failed */
  readonly failed: number;
  /** when the first of its commands left, RFC 3339 */
  readonly releasedAt: string | null;
  /** when the last of its commands left; null while some are left to tell */
  readonly toldAt: string | null;
  /** who let the next one go */
  readonly approvedBy: string | null;
}

/** How far a job with waves or a stop condition has come. */
export interface RolloutState {
  /** highest wave whose commands have left, 0 before the first */
  readonly released: number;
  /** by number, the first at index 0 */
  readonly waves: readonly WaveState[];
  /** the gates of the waves up to this one do not count: somebody resumed the job that had halted there */
  readonly waived: number;
  /** attempt that the counters are of; counters of an earlier one say nothing */
  readonly attempt: number;
  readonly tally: Tally;
  /** what the stop condition does not look at: it was there when somebody resumed the job */
  readonly forgiven: Tally;
  /** null for a job that tells a whole wave at once */
  readonly pace: Pace | null;
}

export const NONE: Tally = { finished: 0, failed: 0 };

/** The state of a job that has not begun; null for one that needs none. */
export function newRollout(rollout: PlannedRollout | null, stopWhen: StopWhen | null): RolloutState | null {
  if (!rollout && !stopWhen) return null;
  const wave = { total: null, finished: 0, succeeded: 0, failed: 0, releasedAt: null, toldAt: null, approvedBy: null };
  return {
    released: 0,
    waves: percentsOf({ rollout }).map(() => wave),
    waived: 0,
    attempt: 1,
    tally: NONE,
    forgiven: NONE,
    pace: isPaced({ rollout }) ? NOBODY_TOLD : null,
  };
}

/** Cumulative percentages, as the shared wave functions take them. */
export function percentsOf({ rollout }: { rollout: JobRollout | null }): readonly number[] {
  return rollout?.waves?.map(({ percent }) => percent) ?? [100];
}

/** What was ordered, with what was left out. */
export function plannedRollout(rollout: JobRollout | undefined): PlannedRollout | null {
  return rollout ? { ...rollout, waves: rollout.waves ?? [{ percent: 100 }] } : null;
}

/** Milliseconds between the release of a wave and that of the next, at least. */
export function soakOf({ rollout }: Pick<Job, 'rollout'>, wave: number): number {
  return durationMs(rollout?.waves[wave - 1]?.soak ?? 'PT0S');
}

export function needsApproval({ rollout }: Pick<Job, 'rollout'>, wave: number): boolean {
  return rollout?.waves[wave - 1]?.approval === 'manual';
}

export function gateOf({ rollout }: Pick<Job, 'rollout'>): typeof DEFAULT_GATE {
  return { ...DEFAULT_GATE, ...rollout?.gate };
}

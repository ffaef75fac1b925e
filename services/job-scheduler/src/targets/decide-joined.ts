import { lastAttempt } from '../jobs/attempts.js';
import { andThen, changed, type Decision, type Effect, unchanged } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';
import { decideRollout, NO_OBSTACLE, type Obstacle } from '../rollout/decide-rollout.js';
import { leftToTell } from '../rollout/tell-some.js';
import type { RolloutState } from '../rollout/rollout.js';

/** What result answered: executions of computers that joined a run exist. */
export interface Joined {
  run: number;
  /** of those that joined, how many have something to do */
  open: number;
  /** number of targets of the run, these included */
  total: number;
  waves: readonly { wave: number; total: number }[];
}

/**
 * Computers have joined a group of the job after its start and are its targets from now on. A job that had completed runs again; what it is
 * judged by grows with them.
 */
export function decideJoined(job: Job, joined: Joined, now: Date, obstacle: Obstacle = NO_OBSTACLE): Decision {
  const isCompleted = job.status === 'completed';
  if (joined.run !== job.run || joined.open === 0) return unchanged(job);
  // all of these had ended when it completed
  if (isCompleted && joined.total <= (job.total ?? 0) && job.total !== 0) return unchanged(job);
  if (isCompleted && now >= job.expiresAt) return closeThem(job);
  if (!isCompleted && (job.phase !== 'released' || job.finishedAt)) return unchanged(job);
  const total = Math.max(job.total ?? 0, joined.total);
  const state = job.rolloutState && grown(job.rolloutState, joined);
  const grownJob = { total, rolloutState: state, finishedAttempt: null };
  const released: Effect[] = job.status === 'running' || isCompleted ? [{ kind: 'releaseJoined' }] : [];
  const again: Effect[] = isCompleted
    ? [{ kind: 'setTimer', timer: 'expire', dueAt: job.expiresAt }, { kind: 'announceStatus' }]
    : [];
  const reopened = isCompleted
    ? { status: 'running' as const, statusReason: null, phase: 'released' as const, finishedAt: null }
    : {};
  const decision = changed(job, { ...grownJob, ...reopened }, [...again, ...released]);
  return andThen(decision, (after) => decideRollout(after, now, obstacle));
}

/** They came when the job was over: nobody is told, and no timer would end them. */
function closeThem(job: Job): Decision {
  const reason = 'The job had expired when the computer joined.';
  return changed(job, {}, [{ kind: 'closeExecutions', closing: 'expired', attempt: lastAttempt(job), reason }]);
}

function grown(state: RolloutState, { waves }: Joined): RolloutState {
  const totals = new Map(waves.map(({ wave, total }) => [wave, total]));
  const counted = state.waves.map((wave, i) => ({ ...wave, total: Math.max(wave.total ?? 0, totals.get(i + 1) ?? 0) }));
  const after = { ...state, waves: counted };
  if (!state.pace || state.released === 0 || leftToTell(after) === 0) return after;
  // a job that tells its computers little by little has somebody to tell again
  return { ...after, waves: counted.map((wave, i) => (i === state.released - 1 ? { ...wave, toldAt: null } : wave)) };
}

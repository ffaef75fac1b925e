import { andThen, type Decision, noted } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';
import { decideRollout, type Obstacle } from './decide-rollout.js';

/**
 * Somebody has looked how many of the computers at work are not connected: they do not hold up the others.
 * @param seen.run of the job, whose computers were looked at
 */
export function decidePresence(
  job: Job,
  seen: { run: number; offline: number },
  now: Date,
  obstacle: Obstacle,
): Decision {
  const state = job.rolloutState;
  const done = { kind: 'clearTimers', timers: ['presence'] } as const;
  if (!state?.pace) return noted(job, {}, [done]);
  const offline = seen.run === job.run ? seen.offline : 0;
  const looked = noted(job, { rolloutState: { ...state, pace: { ...state.pace, offline, lookAt: null } } }, [done]);
  return andThen(looked, (after) => decideRollout(after, now, obstacle));
}

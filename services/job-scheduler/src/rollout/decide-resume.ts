import { changed, type Decision, type Effect } from '../jobs/decision.js';
import { demandRevision, demandStatus } from '../jobs/guards.js';
import type { Job } from '../jobs/job.js';
import { versionUntrusted, versionWithdrawn } from '../jobs/untrusted.js';
import { decideRollout, type Obstacle } from './decide-rollout.js';

/** Before any further command, so that nobody who is told anew still waits. */
export const GO_ON: Effect = { kind: 'sendHold', held: false, reason: 'The job goes on.' };

export interface ResumeOrder {
  /** what the administrator saw */
  revision?: number;
}

/**
 * Somebody decides that a paused or halted job goes on. Of a halted one the gate that halted it is waived, and what had failed by then does not count for the stop
 * condition again.
 * @throws WaybillError `precondition.failed`, `job.wrongState`, `version.untrusted`, `version.withdrawn`
 */
export function decideResume(job: Job, { revision }: ResumeOrder, now: Date, obstacle: Obstacle): Decision {
  demandRevision(job, revision);
  demandStatus(job, 'resumed', ['paused', 'halted']);
  if (obstacle.untrusted !== null) throw versionUntrusted(obstacle.untrusted);
  if (obstacle.withdrawn) throw versionWithdrawn(job);
  const state = job.rolloutState;
  const rolloutState =
    job.status === 'halted' && state ? { ...state, waived: state.released, forgiven: state.tally } : state;
  const resumed = changed(job, { status: 'running', statusReason: null, rolloutState });
  const next = decideRollout(resumed.job, now, obstacle);
  // who must wait again at once is never told to go on
  const goOn = next.job.status === 'running' ? [GO_ON] : [];
  return { job: next.job, changed: true, effects: [{ kind: 'announceStatus' }, ...goOn, ...next.effects] };
}

import { changed, type Decision } from '../jobs/decision.js';
import { demandRevision, demandStatus } from '../jobs/guards.js';
import type { Job } from '../jobs/job.js';
import { decideRollout, type Obstacle } from './decide-rollout.js';

export interface ResumeOrder {
  /** what the administrator saw */
  revision?: number;
}

/**
 * Somebody decides that a halted job goes on: the gate that halted it is waived, and what had failed by then does not count for the stop
 * condition again.
 * @throws WaybillError `precondition.failed`, `job.wrongState`
 */
export function decideResume(job: Job, { revision }: ResumeOrder, now: Date, obstacle: Obstacle): Decision {
  demandRevision(job, revision);
  demandStatus(job, 'resumed', ['halted']);
  const state = job.rolloutState;
  const rolloutState = state && { ...state, waived: state.released, forgiven: state.tally };
  const resumed = changed(job, { status: 'running', statusReason: null, rolloutState }, [{ kind: 'announceStatus' }]);
  const next = decideRollout(resumed.job, now, obstacle);
  return { job: next.job, changed: true, effects: [...resumed.effects, ...next.effects] };
}

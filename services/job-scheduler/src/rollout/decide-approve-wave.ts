import { conflict } from '@waybill/contracts';
import { demandAnother } from '../approval/approval.js';
import type { ApproveOrder } from '../approval/decide-approve.js';
import { andThen, changed, type Decision } from '../jobs/decision.js';
import { demandRevision } from '../jobs/guards.js';
import type { Job } from '../jobs/job.js';
import { decideRollout, type Obstacle } from './decide-rollout.js';
import { judgeWave } from './judge-wave.js';

/** Whether an approval is about the next wave and not about the start of the job. */
export function isAboutWave({ status, rolloutState }: Job): boolean {
  return status === 'running' && rolloutState !== null && rolloutState.released > 0;
}

/**
 * Somebody lets the next wave go: anybody with the permission, but of a job that needed a second pair of eyes nobody's own.
 * @throws WaybillError `precondition.failed`, `job.approvalNotNeeded`; forbidden `job.approvalBySelf`
 */
export function decideApproveWave(
  job: Job,
  { actor, revision }: ApproveOrder,
  now: Date,
  obstacle: Obstacle,
): Decision {
  demandRevision(job, revision);
  const state = job.rolloutState!;
  const { released } = state;
  if (released === state.waves.length || judgeWave(job, state, released, now).kind !== 'approval')
    throw conflict('job.approvalNotNeeded', 'No wave of this job waits for an approval at this moment.');
  if (job.approval) demandAnother(job, actor);
  const waves = state.waves.map((wave, i) => (i === released - 1 ? { ...wave, approvedBy: actor.name } : wave));
  const approved = changed(job, { rolloutState: { ...state, waves } });
  return andThen(approved, (after) => decideRollout(after, now, obstacle));
}

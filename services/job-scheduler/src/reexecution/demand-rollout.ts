import { conflict, type ReexecuteOnly, WaybillError } from '@waybill/contracts';
import type { Job } from '../jobs/job.js';
import { needsApproval, type RolloutState } from '../rollout/rollout.js';

/**
 * A re-execution repeats what a job has done. Where it would do more, it is refused to whoever may only repeat: a halted job would go on to all
 * that still waits, and of a closed one computers would be reached whose wave was never let go.
 * @param only what is executed again; who has failed was told once, so its wave had been let go
 * @param mayResume whether the caller may let this job go on, too
 * @throws WaybillError forbidden `permission.required`; conflict `job.approvalMissing` when a wave that was never let go waits for a person
 */
export function demandNoFurther(job: Job, only: ReexecuteOnly, mayResume: boolean): void {
  if (job.status === 'halted' && !mayResume) throw beyondRepeating('sets a halted job going again');
  const state = job.rolloutState;
  const isClosed = job.status === 'canceled' || job.status === 'expired';
  if (!isClosed || only === 'failed' || !state || state.released === state.waves.length) return;
  if (!mayResume) throw beyondRepeating('reaches computers whose wave was never let go');
  if (waitsForPerson(job, state)) {
    const detail = `The job was ${job.status} before somebody approved all of its waves; re-execute only what failed, or clone the job.`;
    throw conflict('job.approvalMissing', detail);
  }
}

function waitsForPerson(job: Job, { released, waves }: RolloutState): boolean {
  return waves.slice(0, -1).some(({ approvedBy }, i) => i + 1 >= released && needsApproval(job, i + 1) && !approvedBy);
}

function beyondRepeating(what: string): WaybillError {
  const detail = `Nothing was done: this re-execution ${what}; that needs the permission jobs.create for all that the job is for.`;
  return new WaybillError('forbidden', 'permission.required', detail);
}

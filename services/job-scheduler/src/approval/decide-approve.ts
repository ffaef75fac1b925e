import { type Actor, conflict, WaybillError } from '@waybill/contracts';
import { changed, type Decision } from '../jobs/decision.js';
import { demandRevision, demandStatus } from '../jobs/guards.js';
import type { Job } from '../jobs/job.js';
import { isOrderer, waitsForApproval } from './approval.js';

export interface ApproveOrder {
  actor: Pick<Actor, 'id' | 'name'>;
  /** what the approver saw */
  revision?: number;
}

/**
 * A second pair of eyes: the job starts when it was to start, or now if that is past.
 * @throws WaybillError `precondition.failed`, `job.wrongState`, `job.approvalNotNeeded`; forbidden `job.approvalBySelf`
 */
export function decideApprove(job: Job, { actor, revision }: ApproveOrder, now: Date): Decision {
  demandRevision(job, revision);
  demandStatus(job, 'approved', ['scheduled']);
  if (!waitsForApproval(job)) throw conflict('job.approvalNotNeeded', 'The job does not wait for an approval.');
  if (isOrderer(job, actor)) {
    const detail = `Whoever made the job cannot approve it; somebody other than ${job.createdBy} can.`;
    throw new WaybillError('forbidden', 'job.approvalBySelf', detail);
  }
  const approval = { ...job.approval!, approvedBy: actor.name, approvedAt: now.toISOString(), total: job.total };
  const dueAt = job.startsAt > now ? job.startsAt : now;
  return changed(job, { approval, statusReason: null }, [{ kind: 'setTimer', timer: 'start', dueAt }]);
}

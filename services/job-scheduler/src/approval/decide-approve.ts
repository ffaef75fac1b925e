import { type Actor, conflict } from '@waybill/contracts';
import { changed, type Decision } from '../jobs/decision.js';
import { demandRevision, demandStatus } from '../jobs/guards.js';
import type { Job } from '../jobs/job.js';
import { demandAnother, waitsForApproval } from './approval.js';

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
  demandAnother(job, actor);
  const approval = { ...job.approval!, approvedBy: actor.name, approvedAt: now.toISOString(), total: job.total };
  const dueAt = job.startsAt > now ? job.startsAt : now;
  return changed(job, { approval, statusReason: null }, [{ kind: 'setTimer', timer: 'start', dueAt }]);
}

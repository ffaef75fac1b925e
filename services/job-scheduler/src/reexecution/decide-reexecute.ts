import { conflict, type JobStatus, type ReexecuteOnly } from '@waybill/contracts';
import { jobArchived } from '../archive/decide-archive.js';
import { attemptAfter } from '../jobs/attempts.js';
import { changed, type Decision, unchanged } from '../jobs/decision.js';
import { demandRevision, demandReleased, demandStatus } from '../jobs/guards.js';
import type { Job } from '../jobs/job.js';
import { demandNoFurther } from './demand-rollout.js';

export interface ReexecuteOrder {
  requestId: string;
  only: ReexecuteOnly;
  /** whether the caller may also let the job go on */
  mayResume: boolean;
  /** what the administrator saw */
  revision?: number;
  /** when another scheduler may take the work over, milliseconds from now */
  leaseMs: number;
}

/** A closed job may be re-executed too: its canceled and expired executions are what `unsuccessful` is for. */
const REEXECUTABLE: readonly JobStatus[] = ['running', 'halted', 'completed', 'canceled', 'expired'];

/**
 * Accepts a re-execution: from here on it is finished whatever process dies. The same request again changes nothing.
 * @throws WaybillError `precondition.failed`, `job.wrongState`, `job.archived`, `job.reexecutionPending`, `job.approvalMissing`, `permission.required`
 */
export function decideReexecute(
  job: Job,
  { requestId, only, mayResume, revision, leaseMs }: ReexecuteOrder,
  now: Date,
): Decision {
  if (job.reexecution?.requestId === requestId) return unchanged(job);
  demandRevision(job, revision);
  if (job.archivedAt) throw jobArchived(job);
  demandStatus(job, 're-executed', REEXECUTABLE);
  demandReleased(job);
  if (job.reexecution) {
    throw conflict(
      'job.reexecutionPending',
      'Another re-execution of this job is being carried out; try again when it is done.',
    );
  }
  demandNoFurther(job, only, mayResume);
  return changed(job, { reexecution: { requestId, attempt: attemptAfter(job), withdrawn: false } }, [
    { kind: 'setTimer', timer: 'reexecute', dueAt: new Date(now.getTime() + leaseMs) },
  ]);
}

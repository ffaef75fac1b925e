import type { JobStatus } from '@waybill/contracts';
import type { Decision } from '../jobs/decision.js';
import { demandRevision, demandStatus } from '../jobs/guards.js';
import type { Job } from '../jobs/job.js';
import { close } from './decide-close.js';

export interface CancelOrder {
  actor: string;
  reason?: string;
  /** what the administrator saw */
  revision?: number;
}

const CANCELABLE: readonly JobStatus[] = ['draft', 'scheduled', 'running', 'paused', 'halted'];

/**
 * An administrator stops the job: whatever has not begun installing is canceled, whatever has finishes.
 * @throws WaybillError `precondition.failed`, `job.wrongState`
 */
export function decideCancel(job: Job, { actor, reason, revision }: CancelOrder, now: Date): Decision {
  demandRevision(job, revision);
  demandStatus(job, 'canceled', CANCELABLE);
  const words = `Canceled by ${actor}${reason ? `: ${reason}` : '.'}`;
  return close(job, 'canceled', words, words, now);
}

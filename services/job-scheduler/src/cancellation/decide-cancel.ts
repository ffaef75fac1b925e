import type { JobStatus } from '@waybill/contracts';
import type { Decision } from '../jobs/decision.js';
import { demandRevision, demandStatus } from '../jobs/guards.js';
import type { Job } from '../jobs/job.js';
import { close } from './decide-close.js';
import { type PersonsOrder, wordsOf } from './persons-order.js';

const CANCELABLE: readonly JobStatus[] = ['draft', 'scheduled', 'running', 'paused', 'halted'];

/**
 * An administrator stops the job: whatever has not begun installing is canceled, whatever has finishes.
 * @throws WaybillError `precondition.failed`, `job.wrongState`
 */
export function decideCancel(job: Job, order: PersonsOrder, now: Date): Decision {
  demandRevision(job, order.revision);
  demandStatus(job, 'canceled', CANCELABLE);
  const words = wordsOf('Canceled', order);
  return close(job, 'canceled', words, words, now);
}

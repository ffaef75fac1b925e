import { conflict, type JobStatus } from '@waybill/contracts';
import type { Decision } from '../jobs/decision.js';
import { demandRevision, demandStatus } from '../jobs/guards.js';
import type { Job } from '../jobs/job.js';
import type { RunOf } from '../recurrence/recurrence.js';
import { close } from './decide-close.js';
import { type PersonsOrder, wordsOf } from './persons-order.js';

const CANCELABLE: readonly JobStatus[] = ['draft', 'scheduled', 'running', 'paused', 'halted'];

/**
 * An administrator stops the job: whatever has not begun installing is canceled, whatever has finishes.
 * @throws WaybillError `precondition.failed`, `job.wrongState`
 */
export function decideCancel(job: Job, order: PersonsOrder, now: Date): Decision {
  demandRevision(job, order.revision);
  if (job.series && !CANCELABLE.includes(job.status)) throw runIsOver(job, job.series);
  demandStatus(job, 'canceled', CANCELABLE);
  const words = wordsOf('Canceled', order);
  return close(job, 'canceled', words, words, now);
}

/** Whoever cancels it means the recurring job, or does not know that it goes on. */
function runIsOver({ status }: Job, { id, number, of }: RunOf) {
  const detail = `Run ${number} of ${of} of this recurring job is ${status} and cannot be canceled; to end the recurring job, cancel the run that waits: GET /jobs?filter=series==${id};status==scheduled.`;
  return conflict('job.wrongState', detail);
}

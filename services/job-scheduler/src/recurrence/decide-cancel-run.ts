import { conflict, invalid } from '@waybill/contracts';
import { decideCancel } from '../cancellation/decide-cancel.js';
import type { PersonsOrder } from '../cancellation/persons-order.js';
import type { Decision } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';
import { nextRun } from './next-run.js';
import type { Recurrence } from './recurrence.js';

/**
 * An administrator cancels one run, and the recurring job goes on: the next run, which is made when this one is due, is made now.
 * @param series null for a job that is done once
 * @throws WaybillError as {@link decideCancel}; invalid `request.invalid`; conflict `job.wrongState` when the recurring job has ended
 */
export function decideCancelRun(
  job: Job,
  order: PersonsOrder,
  series: { recurrence: Recurrence; ended: string | null } | null,
  now: Date,
): Decision {
  if (!series) {
    const message = 'this job does not recur, no run follows: leave followingRuns out';
    throw invalid('request.invalid', 'The request has wrong fields.', [{ pointer: '/followingRuns', message }]);
  }
  const { job: canceled, effects } = decideCancel(job, order, now);
  if (series.ended !== null)
    throw conflict('job.wrongState', `The recurring job has ended, so no run can be kept. ${series.ended}`);
  // whoever approved this run has approved the next one too
  const next = nextRun(job, series.recurrence, now);
  const make = next ? [{ kind: 'makeRun', run: next } as const] : [];
  return { job: canceled, changed: true, effects: [...effects, ...make] };
}

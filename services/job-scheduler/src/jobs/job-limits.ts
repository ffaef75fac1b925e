import { coversJob, type Limits, type Permission } from '@waybill/contracts';
import { beyondLimits, requestLimits } from '@waybill/messaging';
import type { Job } from './job.js';
import { jobNotFound } from './job-engine.js';

/** {@link coversJob} for rows of `jobs j`; `$1` is {@link limitsScope}, null for no limits. */
export const WITHIN_LIMITS = `($1::jsonb IS NULL OR EXISTS (
  SELECT 1 FROM jsonb_array_elements($1::jsonb) AS l(limits)
  WHERE (l.limits->'groups' = 'null'::jsonb
      OR (cardinality(j.computers) = 0 AND cardinality(j.groups) > 0 AND to_jsonb(j.groups) <@ (l.limits->'groups')))
    AND (l.limits->'categories' = 'null'::jsonb OR to_jsonb(j.category) <@ (l.limits->'categories'))))`;

/** Parameter of {@link WITHIN_LIMITS}. */
export function limitsScope(permission: Permission): string | null {
  const limits = requestLimits(permission);
  const none = limits.some(({ groups, categories }) => groups === null && categories === null);
  return none ? null : JSON.stringify(limits satisfies Limits[]);
}

/**
 * A job that who asks may not see is not there; one that they may only see is refused.
 * @throws WaybillError notFound `job.notFound`; forbidden `permission.limited`
 */
export function demandJob(job: Job, permission: Permission): void {
  if (coversJob(requestLimits(permission), job)) return;
  if (!coversJob(requestLimits('jobs.read'), job)) throw jobNotFound(job.id);
  throw beyondLimits(permission, 'all that this job is for');
}

import { durationMs, type JobTimeouts, type TimeoutLimits } from '@waybill/contracts';
import type { Job } from './job.js';

/** What result watches over; undefined when nothing was ordered. */
export function timeoutLimits({ timeouts }: Pick<Job, 'timeouts'>): TimeoutLimits | undefined {
  if (!timeouts) return undefined;
  const ms = (name: keyof JobTimeouts) => (timeouts[name] === undefined ? undefined : durationMs(timeouts[name]));
  return { acceptMs: ms('accept'), progressMs: ms('progress'), executionMs: ms('execution') };
}

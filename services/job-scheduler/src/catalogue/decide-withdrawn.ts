import { JOB_REASONS } from '@waybill/contracts';
import { close } from '../cancellation/decide-close.js';
import type { Decision } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';

/** The version of a job whose commands have not left was withdrawn: they never leave. */
export function decideWithdrawn(job: Job, now: Date): Decision {
  const what = `Version ${job.version} of ${job.package}`;
  const reason = `${JOB_REASONS.versionWithdrawn}: ${what} was withdrawn before the job's commands had left. Nothing was sent.`;
  return close(job, 'canceled', reason, reason, now);
}

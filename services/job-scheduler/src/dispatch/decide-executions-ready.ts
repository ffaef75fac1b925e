import { decideRollout } from '../rollout/decide-rollout.js';
import { decideExpire } from '../cancellation/decide-expire.js';
import { decideWithdrawn } from '../catalogue/decide-withdrawn.js';
import { lastAttempt } from '../jobs/attempts.js';
import { andThen, changed, type Decision, noted, unchanged } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';
import { closeUntrusted } from '../jobs/untrusted.js';
import { completeIfFinished } from '../progress/decide-progress.js';

export interface ExecutionsReady {
  run: number;
  /** the job's version was withdrawn since its targets were resolved */
  withdrawn: boolean;
  /** why nobody vouches for the version at this moment; null or absent when somebody does */
  untrusted?: string | null;
}

/** Result has stored every execution of the run: commands may leave, unless the job was closed in the meantime. */
export function decideExecutionsReady(
  job: Job,
  { run, withdrawn, untrusted = null }: ExecutionsReady,
  now: Date,
): Decision {
  if (run !== job.run || job.phase !== 'assigning') return unchanged(job);
  if (job.status === 'canceled' || job.status === 'expired') {
    // The request to close may have reached result before some of the executions existed.
    const reason = job.statusReason ?? `The job is ${job.status}.`;
    return noted(job, {}, [{ kind: 'closeExecutions', closing: job.status, attempt: lastAttempt(job), reason }]);
  }
  if (job.status !== 'running') return unchanged(job);
  if (now >= job.expiresAt) return decideExpire(job, now);
  if (withdrawn) return decideWithdrawn(job, now);
  // All may be closed already (computers removed): then there is nobody to command, and no later word would complete the job.
  const completed = completeIfFinished(job, { phase: 'released' }, now);
  if (!completed && untrusted !== null) return closeUntrusted(job, untrusted, now);
  if (completed) return completed;
  if (!job.rolloutState) return changed(job, { phase: 'released' }, [{ kind: 'releaseWave' }]);
  return andThen(changed(job, { phase: 'released' }), (after) => decideRollout(after, now));
}

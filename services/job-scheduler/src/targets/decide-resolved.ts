import { changed, type Decision, noted, unchanged } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';

/**
 * A scheduler begins to ask for the targets, from the first page on; whoever was asking before is overtaken. For a job that
 * needs no targets any more the timer that brought us here is dropped.
 */
export function decideResolving(job: Job, resolution: string): Decision {
  if (job.status !== 'running' || job.phase !== 'resolving')
    return noted(job, {}, [{ kind: 'clearTimers', timers: ['resolve'] }]);
  return noted(job, { resolution });
}

/** What fleet answered, all pages together. */
export interface Resolution {
  /** as given to {@link decideResolving} */
  resolution: string;
  total: number;
  /** fleet's clock at the first page */
  resolvedAt: Date;
}

/** All targets are stored. Nobody to reach is not an error: the job is completed with a note. */
export function decideResolved(job: Job, { resolution, total, resolvedAt }: Resolution, now: Date): Decision {
  if (job.status !== 'running' || job.phase !== 'resolving' || job.resolution !== resolution) return unchanged(job);
  if (total === 0) {
    const statusReason = 'No computer was targeted when the job started.';
    return changed(job, { status: 'completed', statusReason, total, resolvedAt, finishedAt: now }, [
      { kind: 'clearTimers', timers: ['resolve', 'expire'] },
      { kind: 'announceStatus' },
    ]);
  }
  return changed(job, { phase: 'assigning', total, resolvedAt }, [
    { kind: 'clearTimers', timers: ['resolve'] },
    { kind: 'assignTargets' },
  ]);
}

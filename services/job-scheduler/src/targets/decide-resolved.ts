import { changed, type Decision, unchanged } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';

/** What fleet answered, all pages together. */
export interface Resolution {
  total: number;
  /** fleet's clock at the first page */
  resolvedAt: Date;
}

/** All targets are stored. Nobody to reach is not an error: the job is completed with a note. */
export function decideResolved(job: Job, { total, resolvedAt }: Resolution, now: Date): Decision {
  if (job.status !== 'running' || job.phase !== 'resolving') return unchanged(job);
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

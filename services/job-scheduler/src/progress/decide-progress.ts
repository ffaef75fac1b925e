import { changed, type Decision, noted, unchanged } from '../jobs/decision.js';
import type { Job, JobState } from '../jobs/job.js';

export interface Progress {
  run: number;
  total: number;
  finished: number;
  /** highest attempt that result had issued */
  attempt: number;
}

/** Result counted. Only "all are final" moves a job, and only for the attempt the job is at. */
export function decideProgress(job: Job, { run, total, finished, attempt }: Progress, now: Date): Decision {
  if (run !== job.run || finished < total || total !== job.total) return unchanged(job);
  if (attempt <= (job.finishedAttempt ?? 0)) return unchanged(job);
  // Result is ahead of us only while a re-execution is on its way.
  if (attempt > (job.reexecution?.attempt ?? job.attempt)) return unchanged(job);
  return completeIfFinished(job, { finishedAttempt: attempt }, now) ?? noted(job, { finishedAttempt: attempt });
}

/**
 * The job as completed, or null when it is not: it was closed, commands have not left, a re-execution is on its way (its outcome
 * decides then), or not all executions of the newest attempt are final.
 * @param changes what is known besides, stored in either case by the caller
 */
export function completeIfFinished(job: Job, changes: Partial<JobState>, now: Date): Decision | null {
  const next = { ...job, ...changes };
  const finished = next.finishedAttempt === next.attempt;
  if (next.status !== 'running' || next.phase !== 'released' || next.reexecution || !finished) return null;
  // A running job's reason is the note of its start (a group that was gone); it stays true.
  return changed(job, { ...changes, status: 'completed', finishedAt: now }, [
    { kind: 'clearTimers', timers: ['expire'] },
    { kind: 'announceStatus' },
  ]);
}

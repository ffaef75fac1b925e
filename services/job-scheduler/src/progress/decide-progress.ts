import type { ExecutionCounters, JobStatus, WaveProgress } from '@waybill/contracts';
import { andThen, changed, type Decision, noted, unchanged } from '../jobs/decision.js';
import type { Job, JobState } from '../jobs/job.js';
import { countProgress } from '../rollout/count-progress.js';
import { decideRollout, NO_OBSTACLE } from '../rollout/decide-rollout.js';
import { waveTimer } from '../rollout/wave-timer.js';

export interface Progress {
  run: number;
  total: number;
  finished: number;
  /** highest attempt that result had issued */
  attempt: number;
  /** needed by jobs with waves or a stop condition */
  counters?: ExecutionCounters;
  waves?: readonly WaveProgress[];
}

/**
 * Result counted. "All are final" ends a job, but only for the attempt the job is at; before that, the counters let waves go or stop it.
 * @param obstacle why no further wave may leave
 */
export function decideProgress(before: Job, progress: Progress, now: Date, obstacle = NO_OBSTACLE): Decision {
  const { run, total, finished, attempt } = progress;
  // more than we know of: computers are joining, and we hear of them in a moment
  if (run !== before.run || before.total === null || total < before.total) return unchanged(before);
  // Result is ahead of us only while a re-execution is on its way.
  if (attempt > (before.reexecution?.attempt ?? before.attempt)) return unchanged(before);
  const job = countProgress(before, progress);
  if (finished >= total && attempt > (job.finishedAttempt ?? 0))
    return (
      completeIfFinished(job, { finishedAttempt: attempt, total }, now) ?? noted(job, { finishedAttempt: attempt })
    );
  if (job === before) return unchanged(before);
  return andThen(noted(job, {}), (after) => decideRollout(after, now, obstacle));
}

/** A job that was paused or has halted is over, too, when nothing is left to do. */
const GOING: readonly JobStatus[] = ['running', 'paused', 'halted'];

/**
 * The job as completed, or null when it is not: it was closed, commands have not left, a re-execution is on its way (its outcome
 * decides then), or not all executions of the newest attempt are final.
 * @param changes what is known besides, stored in either case by the caller
 */
export function completeIfFinished(job: Job, changes: Partial<JobState>, now: Date): Decision | null {
  const next = { ...job, ...changes };
  const finished = next.finishedAttempt === next.attempt;
  if (!GOING.includes(next.status) || next.phase !== 'released' || next.reexecution || !finished) return null;
  // A running job's reason is the note of its start (a group that was gone); it stays true.
  return changed(job, { ...changes, status: 'completed', finishedAt: now }, [
    { kind: 'clearTimers', timers: ['expire', ...waveTimer(job)] },
    { kind: 'announceStatus' },
  ]);
}

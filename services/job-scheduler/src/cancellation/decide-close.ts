import { lastAttempt } from '../jobs/attempts.js';
import { changed, type Closing, type Decision, type Effect } from '../jobs/decision.js';
import { waveTimer } from '../rollout/wave-timer.js';
import type { Job } from '../jobs/job.js';

/**
 * Ends a job before its executions are final. What has to be undone depends on how far it came: without executions there is
 * nothing to close, without commands nobody to tell. A re-execution on its way is withdrawn, its work goes on to close what it reopened.
 */
export function close(job: Job, closing: Closing, statusReason: string, executionReason: string, now: Date): Decision {
  const undo = { closing, attempt: lastAttempt(job), reason: executionReason };
  const effects: Effect[] = [
    { kind: 'clearTimers', timers: ['start', 'expire', 'resolve', ...waveTimer(job)] },
    { kind: 'announceStatus' },
  ];
  // executions of those that were found so far; result learns that there are no more, or it would never call the run complete
  const found = job.phase === 'resolving' && job.found?.chunks ? job.found : null;
  if (found) effects.push({ kind: 'assignTargets' });
  if (found || job.phase === 'assigning' || job.phase === 'released')
    effects.push({ kind: 'closeExecutions', ...undo });
  if (job.phase === 'released') effects.push({ kind: 'sendCancel', ...undo });
  const reexecution = job.reexecution && { ...job.reexecution, withdrawn: true };
  const counted = found && { total: found.total, resolvedAt: new Date(found.resolvedAt) };
  return changed(job, { status: closing, statusReason, finishedAt: now, reexecution, ...counted }, effects);
}

import { JOB_REASONS } from '@waybill/contracts';
import { lastAttempt } from '../jobs/attempts.js';
import { changed, type Decision, type Effect, unchanged } from '../jobs/decision.js';
import { DEFAULT_LIFETIME_DAYS, daysAfter, type Job } from '../jobs/job.js';
import { closeUntrusted } from '../jobs/untrusted.js';
import { completeIfFinished } from '../progress/decide-progress.js';
import { GO_ON } from '../rollout/decide-resume.js';
import { countAnew } from '../rollout/count-progress.js';
import { NO_OBSTACLE, type Obstacle } from '../rollout/decide-rollout.js';
import type { RolloutState, Tally } from '../rollout/rollout.js';

export interface Reopened {
  requestId: string;
  /** ids of all that were reopened */
  computers: readonly string[];
  /** how many of them had failed */
  failed: number;
  /** why the version may not be used at this moment */
  obstacle?: Obstacle;
}

/** Result has reopened the executions that matched: their commands leave, and a job that had ended runs again. */
export function decideReopened(job: Job, reopened: Reopened, now: Date): Decision {
  const { requestId, computers, failed, obstacle = NO_OBSTACLE } = reopened;
  const pending = job.reexecution;
  if (pending?.requestId !== requestId) return unchanged(job);
  const done: Effect = { kind: 'clearTimers', timers: ['reexecute'] };

  if (computers.length === 0) {
    // The word that all are final may have come while this was pending.
    const completed = completeIfFinished(job, { reexecution: null }, now);
    return completed
      ? { ...completed, effects: [done, ...completed.effects] }
      : changed(job, { reexecution: null }, [done, ...lookAgain(job, now)]);
  }
  const attempt = pending.attempt;
  if (pending.withdrawn && (job.status === 'canceled' || job.status === 'expired')) {
    const reason = job.statusReason ?? `The job is ${job.status}.`;
    return changed(job, { attempt, reexecution: null }, [
      done,
      { kind: 'closeExecutions', closing: job.status, attempt: lastAttempt({ ...job, attempt }), reason },
    ]);
  }
  if (obstacle.untrusted !== null) {
    const closed = closeUntrusted({ ...job, attempt, reexecution: null, phase: 'released' }, obstacle.untrusted, now);
    return { ...closed, effects: [done, ...closed.effects] };
  }
  // who was not reopened and waits must not begin either
  if (obstacle.withdrawn) {
    const reason = `${JOB_REASONS.versionWithdrawn}: Version ${job.version} of ${job.package} was withdrawn; the new attempt was not sent.`;
    return changed(job, { attempt, reexecution: null }, [
      done,
      { kind: 'closeExecutions', closing: 'canceled', attempt: lastAttempt({ ...job, attempt }), reason },
    ]);
  }
  const running = runAgain(job, attempt, { finished: computers.length, failed }, now);
  // Result may have closed all of them since (computers removed): then no word of it will come again.
  const completed = completeIfFinished(running, {}, now);
  if (completed) return { ...completed, effects: [done, ...completed.effects] };
  return changed(job, running, [
    done,
    { kind: 'setTimer', timer: 'expire', dueAt: running.expiresAt },
    ...lookAgain(running, now),
    ...(job.status === 'running' ? [] : [{ kind: 'announceStatus' } as const]),
    ...(job.status === 'halted' ? [GO_ON] : []),
    { kind: 'releaseAttempt', attempt, computers },
  ]);
}

function runAgain(job: Job, attempt: number, reopened: Tally, now: Date): Job {
  const expiresAt = job.expiresAt > now ? job.expiresAt : daysAfter(now, DEFAULT_LIFETIME_DAYS);
  const counted = countAnew(job, attempt, reopened);
  const closed = job.status === 'canceled' || job.status === 'expired';
  return {
    ...counted,
    // What a closing ended is not in waves any more: a new attempt is for whom it was ordered for.
    rolloutState: closed ? allReleased(counted.rolloutState) : counted.rolloutState,
    status: 'running',
    statusReason: null,
    phase: 'released',
    attempt,
    expiresAt,
    finishedAt: null,
    reexecution: null,
  };
}

/** While the re-execution was on its way no wave was let go and nothing stopped the job; whatever came meanwhile is judged now. */
function lookAgain({ rolloutState }: Job, now: Date): Effect[] {
  if (!rolloutState) return [];
  return [{ kind: 'setTimer', timer: 'wave', dueAt: now }];
}

function allReleased(state: RolloutState | null): RolloutState | null {
  return state && { ...state, released: state.waves.length, pace: null };
}

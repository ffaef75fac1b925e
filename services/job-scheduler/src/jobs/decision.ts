import type { Job, JobState } from './job.js';

/** Rows that wake the engine: `start`, `wave` and `expire` advance the job at once, the others are work with other services. */
export type TimerKind = 'start' | 'wave' | 'expire' | 'resolve' | 'reexecute' | 'presence' | 'members';

/** How an administrator or the clock closed a job. */
export type Closing = 'canceled' | 'expired';

/** What has to happen in the transaction that stores the new state. */
export type Effect =
  | { kind: 'setTimer'; timer: TimerKind; dueAt: Date }
  | { kind: 'clearTimers'; timers: readonly TimerKind[] }
  /** make the next run of a recurring job, unless it is there */
  | { kind: 'makeRun'; run: Decision }
  /** tell everybody the job's status */
  | { kind: 'announceStatus' }
  /** tell that what became of the computers need not be kept */
  | { kind: 'announceArchive' }
  /** give result the targets, so that it makes the executions */
  | { kind: 'assignTargets' }
  /** first commands of the run, to everybody or to one wave */
  | { kind: 'releaseWave'; wave?: number }
  /** first commands to the next so many computers of the wave */
  | { kind: 'releasePart'; wave: number; computers: number }
  /** tell that a wave after the first was released */
  | { kind: 'announceWave'; wave: number }
  /** first commands to those who joined after the start, as far as their wave has been released */
  | { kind: 'releaseJoined' }
  /** tell result and the computers themselves that they are no longer targets */
  | { kind: 'dropTargets'; computers: readonly string[] }
  /** commands of a re-execution, to the reopened computers only */
  | { kind: 'releaseAttempt'; attempt: number; computers: readonly string[] }
  /** ask result to close what has not begun, attempts up to `attempt` */
  | { kind: 'closeExecutions'; closing: Closing; attempt: number; reason: string }
  /** tell the agents that what has not begun waits, or goes on, on every stream that carried a command of the run; or these computers only */
  | { kind: 'sendHold'; held: boolean; reason: string; computers?: readonly string[] }
  /** tell the agents not to begin, on every stream that carried a command of the run; or these computers only */
  | { kind: 'sendCancel'; closing: Closing; attempt: number; reason: string; computers?: readonly string[] };

/** Answer of a decide function: the job as it must be stored, and what goes with it. */
export interface Decision {
  readonly job: Job;
  /** false: nothing is stored and there are no effects */
  readonly changed: boolean;
  readonly effects: readonly Effect[];
}

/** The event means nothing for this job as it is: late, repeated or overtaken. */
export function unchanged(job: Job): Decision {
  return { job, changed: false, effects: [] };
}

/** One decision after the other, as one: the second sees what the first has left. */
export function andThen(first: Decision, decide: (job: Job) => Decision): Decision {
  const next = decide(first.job);
  return { job: next.job, changed: first.changed || next.changed, effects: [...first.effects, ...next.effects] };
}

/** A change that an administrator can see. */
export function changed(job: Job, changes: Partial<JobState>, effects: readonly Effect[] = []): Decision {
  return { job: { ...job, ...changes, revision: job.revision + 1 }, changed: true, effects };
}

/** A change of bookkeeping that no view shows. */
export function noted(job: Job, changes: Partial<JobState>, effects: readonly Effect[] = []): Decision {
  return { job: { ...job, ...changes }, changed: true, effects };
}

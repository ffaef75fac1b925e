import { lastAttempt } from '../jobs/attempts.js';
import { type Decision, type Effect, noted, unchanged } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';

export interface Left {
  /** whose targets they were */
  run: number;
  /** computers that are targets no longer */
  gone: readonly string[];
  /** computers that have left a group and are targets all the same, by name or by another group */
  still: readonly string[];
}

/**
 * Computers have left a group of the job. What those that are no longer targets have not begun they do not begin. Whoever left may have
 * missed what the group's stream carried since, so they are told by their inboxes how the job stands.
 */
export function decideLeft(job: Job, { run, gone, still }: Left): Decision {
  if (job.phase !== 'released' || run !== job.run || gone.length + still.length === 0) return unchanged(job);
  if (job.status === 'canceled' || job.status === 'expired')
    return noted(job, {}, [cancelAgain(job, [...gone, ...still])]);
  if (job.status !== 'running' && job.status !== 'paused' && job.status !== 'halted') return unchanged(job);
  const effects: Effect[] = [];
  if (gone.length > 0) effects.push({ kind: 'dropTargets', computers: gone });
  if (still.length > 0) effects.push(standing(job, still));
  return noted(job, {}, effects);
}

function cancelAgain(job: Job, computers: readonly string[]): Effect {
  const closing = job.status === 'expired' ? 'expired' : 'canceled';
  const reason = job.statusReason ?? `The job is ${closing}.`;
  return { kind: 'sendCancel', closing, attempt: lastAttempt(job), reason, computers };
}

function standing({ status, statusReason }: Job, computers: readonly string[]): Effect {
  const held = status !== 'running';
  return { kind: 'sendHold', held, reason: (held && statusReason) || 'The job goes on.', computers };
}

import { waitsForApproval } from '../approval/approval.js';
import { changed, type Decision, unchanged } from './decision.js';
import type { Job } from './job.js';
import { closeUntrusted } from './untrusted.js';

/**
 * The start timer is due: the targets are resolved now, never earlier.
 * @param untrusted why the version may not be used at this moment
 */
export function decideStart(job: Job, now: Date, untrusted: string | null = null): Decision {
  if (job.status !== 'scheduled') return unchanged(job);
  if (now >= job.expiresAt) {
    const statusReason = 'The job expired before it could be started: the scheduler was not running in between.';
    return changed(job, { status: 'expired', statusReason, finishedAt: now }, [
      { kind: 'clearTimers', timers: ['start', 'expire'] },
      { kind: 'announceStatus' },
    ]);
  }
  if (untrusted !== null) return closeUntrusted(job, untrusted, now);
  // whoever approves it sets the timer anew
  if (waitsForApproval(job)) return unchanged(job);
  return changed(job, { status: 'running', phase: 'resolving', startedAt: now }, [
    { kind: 'setTimer', timer: 'resolve', dueAt: now },
    { kind: 'announceStatus' },
  ]);
}

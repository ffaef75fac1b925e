import { type Decision, noted, unchanged } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';
import { expiryWords } from '../jobs/local-words.js';
import { close } from './decide-close.js';

const OPEN: readonly string[] = ['draft', 'scheduled', 'running', 'paused', 'halted'];

/** The expiry timer is due: like cancel for what has not begun, with status `expired`. */
export function decideExpire(job: Job, now: Date): Decision {
  if (!OPEN.includes(job.status)) return unchanged(job);
  if (now < job.expiresAt) return noted(job, {}, [{ kind: 'setTimer', timer: 'expire', dueAt: job.expiresAt }]);
  const at = expiryWords(job) ?? job.expiresAt.toISOString();
  return close(job, 'expired', whyExpired(job, at), `The job expired at ${at}.`, now);
}

function whyExpired(job: Job, at: string): string {
  switch (job.phase) {
    case 'idle':
      return `Expired at ${at} before it was started.`;
    case 'resolving':
      return `Expired at ${at} before its targets could be resolved.`;
    case 'assigning':
      return `Expired at ${at} before a command had left.`;
    case 'released':
      return `Expired at ${at}.`;
  }
}

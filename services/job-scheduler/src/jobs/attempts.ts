import { durationMs, lastAttemptOf, type RetryPolicy } from '@waybill/contracts';
import type { Job } from './job.js';

/** Numbers of attempts that each order to act takes: 1 without a retry policy. */
export function attemptsOf({ retry }: Pick<Job, 'retry'>): number {
  return retry?.attempts ?? 1;
}

/** Highest attempt that a computer may have come to by itself. */
export function lastAttempt(job: Pick<Job, 'retry' | 'attempt'>): number {
  return lastAttemptOf(job.attempt, attemptsOf(job));
}

/** The first attempt of the order after the newest one. */
export function attemptAfter(job: Pick<Job, 'retry' | 'attempt'>): number {
  return job.attempt + attemptsOf(job);
}

/** What the agents are told; null when they do not try again. */
export function retryPolicy({ retry }: Pick<Job, 'retry'>): RetryPolicy | null {
  if (!retry) return null;
  const { attempts, backoff = 'PT5M', multiplier = 2, jitter = 0.2, on = ['*'] } = retry;
  return { attempts, backoffMs: durationMs(backoff), multiplier, jitter, on };
}

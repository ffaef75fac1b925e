import { isRetried, lastAttemptOf, retryWaitMs } from '@waybill/contracts/agent';
import type { AttemptRecord, Verdict } from '../journal/journal.records.js';
import { newAttempt } from './attempt.js';

/**
 * The attempt after one that ended, by the retry policy of its command; null when there is none: the reason is not one to try again, it was the last
 * one, somebody canceled it, or the job will have expired by then.
 * @param now milliseconds, corrected clock
 * @param expiresAt milliseconds; when the command expires on this computer
 */
export function nextAttempt(
  { command, cancel, offer }: AttemptRecord,
  verdict: Verdict,
  { now, expiresAt }: { now: number; expiresAt: number },
  random: () => number = Math.random,
): AttemptRecord | null {
  const { retry, attempt } = command;
  if (!retry || cancel || !isRetried(retry, verdict)) return null;
  if (attempt >= lastAttemptOf(attempt, retry.attempts)) return null;
  const due = now + retryWaitMs(retry, attempt, random);
  if (due >= expiresAt) return null;
  const [acceptedAt, notBefore] = [now, due].map((moment) => new Date(moment).toISOString());
  // Who was asked is not asked again: the deadline counts from the first offer, and deferrals are those of the job.
  return { ...newAttempt({ ...command, attempt: attempt + 1 }, acceptedAt!, notBefore), offer };
}

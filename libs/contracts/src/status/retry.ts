import { FAILED_STATUSES, type FinalStatus } from './execution-status.js';

/** How a computer tries again by itself. The order's durations are milliseconds here. */
export interface RetryPolicy {
  /** attempts of one computer for each order to act, the first included */
  attempts: number;
  /** wait before the second attempt */
  backoffMs: number;
  /** each further wait is so many times the one before */
  multiplier: number;
  /** share of the wait by which it is shortened or lengthened at random, 0 to 1 */
  jitter: number;
  /** `code`, `prefix.*`, `code:exitCode` or `*` */
  on: readonly string[];
}

/** However much the waits grow: 7 days. */
const MAX_WAIT_MS = 7 * 86_400_000;

/** Highest number that the attempts of one order may get: attempts are numbered through, each order begins a block of `attempts` numbers. */
export function lastAttemptOf(attempt: number, attempts: number): number {
  return Math.ceil(attempt / attempts) * attempts;
}

/** Whether an attempt that ended so is made again. Only what was tried and failed is; what was closed or has succeeded never. */
export function isRetried(
  { on }: Pick<RetryPolicy, 'on'>,
  ended: { status: FinalStatus; reason: string | null; exitCode: number | null },
): boolean {
  if (!(FAILED_STATUSES as readonly string[]).includes(ended.status)) return false;
  return on.some((pattern) => matches(pattern, ended.reason ?? '', ended.exitCode));
}

/**
 * Milliseconds between the end of an attempt and the next one.
 * @param attempt the one that has ended
 * @param random draws from 0 to 1
 */
export function retryWaitMs(policy: Omit<RetryPolicy, 'on'>, attempt: number, random: () => number): number {
  const failures = (attempt - 1) % policy.attempts;
  const wait = Math.min(MAX_WAIT_MS, policy.backoffMs * policy.multiplier ** failures);
  return Math.round(wait * (1 + policy.jitter * (2 * random() - 1)));
}

function matches(pattern: string, reason: string, exitCode: number | null): boolean {
  if (pattern === '*') return true;
  if (pattern.endsWith('.*')) return reason.startsWith(pattern.slice(0, -1));
  const [code, wanted] = pattern.split(':');
  return code === reason && (wanted === undefined || Number(wanted) === exitCode);
}

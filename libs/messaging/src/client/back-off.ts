/** Bounds of a back-off, in milliseconds. */
export interface BackOff {
  baseMs: number;
  maxMs: number;
}

/**
 * Exponential back-off with full jitter: a random moment between 0 and `min(maxMs, baseMs · 2^attempt)`.
 * Full jitter spreads a reconnect storm of thousands of clients over the whole interval.
 * @param attempt number of failures so far, from 0
 */
export function backOffDelay(attempt: number, { baseMs, maxMs }: BackOff, random: () => number = Math.random): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(random() * ceiling);
}

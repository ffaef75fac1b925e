/** How often what failed for a passing reason is tried again, and how long is waited before. */
export interface Patience {
  tries: number;
  /**
   * @param ms milliseconds
   * @param why what failed, without a full stop
   */
  wait(ms: number, why: string): Promise<void>;
}

const [FIRST_MS, LONGEST_MS, LONGEST_ASKED_MS] = [500, 15_000, 60_000];

/**
 * Milliseconds to wait: exponential with full jitter, or as long as the server asks for, up to a minute.
 * @param failures so far, 1 or more
 * @param retryAfter the answer's `Retry-After` in seconds
 */
export function backOffMs(failures: number, retryAfter?: string | null, random: () => number = Math.random): number {
  if (retryAfter && /^\d+$/.test(retryAfter)) return Math.min(LONGEST_ASKED_MS, Number(retryAfter) * 1000);
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)) * random();
}

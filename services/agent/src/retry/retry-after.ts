/** A server that asks for more than this has made a mistake; milliseconds. */
const LONGEST_MS = 3_600_000;

/** A failure of which the server said when it is worth another try. */
export interface RetryAfter {
  /** milliseconds */
  retryAfterMs?: number;
}

/**
 * Reads the header `Retry-After` (RFC 9110, 10.2.3): seconds or a date.
 * @param now milliseconds since the epoch
 * @returns milliseconds, at most an hour; undefined when there is none that can be read
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const date = text.endsWith(' GMT') ? Date.parse(text) - now : NaN;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : date;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_MS);
}

/** Milliseconds that the server asked to be left alone, 0 when it did not. */
export function askedToWait(failure: unknown): number {
  return (failure as RetryAfter | null)?.retryAfterMs ?? 0;
}

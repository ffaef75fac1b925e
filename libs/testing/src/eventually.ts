import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  /** default 10 s */
  timeoutMs?: number;
  /** default 25 ms */
  everyMs?: number;
}

/**
 * Tries until `attempt` neither throws nor answers false, and returns its answer; an expectation inside it is retried.
 * @throws the last attempt's error when the time is over
 */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 25 }: EventuallyOptions = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      const result = await attempt();
      if (result !== false) return result;
      if (Date.now() >= deadline) throw new Error(`still false after ${timeoutMs} ms`);
    } catch (error) {
      if (Date.now() >= deadline) throw error;
    }
    await delay(everyMs);
  }
}

import { setTimeout as delay } from 'node:timers/promises';

/** The agent's view of time. Schedules and expiry are judged by the server's clock, not by a wrong wall clock. */
export interface Clock {
  /** milliseconds since the epoch, corrected by the server's clock */
  now(): number;
  /** Waits; rejects with the signal's reason when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Wall clock plus an offset learnt from the server at session start. */
export class CorrectedClock implements Clock {
  private offset: number;

  /** @param offset milliseconds to add to the wall clock */
  constructor(offset = 0) {
    this.offset = offset;
  }

  now(): number {
    return Date.now() + this.offset;
  }

  /** milliseconds this computer's clock is ahead of the server's */
  get skew(): number {
    return this.offset === 0 ? 0 : -this.offset;
  }

  /**
   * Takes over the server's time. Half the round trip is assumed to have passed since the server read its clock.
   * @param roundTrip milliseconds between request and answer
   */
  correct(serverTime: string, roundTrip: number): number {
    const server = Date.parse(serverTime);
    if (!Number.isNaN(server)) this.offset = Math.round(server + roundTrip / 2 - Date.now());
    return this.offset;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    await delay(milliseconds, undefined, { signal });
  }
}

/** Waits are cut up: timers reach 24 days, and the clock may be corrected meanwhile. */
export const LONGEST_SLEEP_MS = 3_600_000;

/**
 * Waits for a moment. Rejects with the signal's reason.
 * @param moment milliseconds since the epoch, asked anew after each part of the wait
 */
export async function sleepUntil(moment: () => number, clock: Clock, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const left = moment() - clock.now();
    if (left <= 0) return;
    await clock.sleep(Math.min(left, LONGEST_SLEEP_MS), signal);
  }
}

/** RFC 3339 UTC of a corrected moment. */
export function timestamp(clock: Pick<Clock, 'now'>): string {
  return new Date(clock.now()).toISOString();
}

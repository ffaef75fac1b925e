/** How long work may go without a sign of life before another replica takes it over; also how late it is resumed after a crash. */
export const LEASE_MS = 8_000;

/** Requests to other services during work end before the lease does. */
export const WORK_RPC_TIMEOUT_MS = 5_000;

/** Keeps claimed work ours; called before each step. */
export type RenewLease = () => Promise<void>;

/** Work that a timer starts and restarts until its own transaction drops the timer. Must be idempotent: it may run twice at once. */
export interface TimedWork {
  run(jobId: string, renew: RenewLease): Promise<void>;
}

/** Wait before work that failed is tried again, in milliseconds: 0.5 s, 1 s, 2 s … at most 30 s, and up to half of that less. */
export function workBackOff(failures: number, random: () => number = Math.random): number {
  const full = Math.min(30_000, 500 * 2 ** Math.min(failures, 10));
  return Math.round(full * (1 - random() / 2));
}

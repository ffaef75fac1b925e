/** Refusals that are reported in any hour; more are only logged. */
const PER_HOUR = 10;
const HOUR_MS = 3_600_000;

/** Bounds what somebody who can write to a stream makes this computer write to its disk and to the server. */
export class RefusalBudget {
  private readonly taken: number[] = [];

  /**
   * @param now epoch milliseconds; a clock that is set back does not shut the budget for longer than an hour
   * @returns whether one more may be reported
   */
  take(now: number): boolean {
    while (this.taken.length > 0 && Math.abs(now - this.taken[0]!) >= HOUR_MS) this.taken.shift();
    if (this.taken.length >= PER_HOUR) return false;
    this.taken.push(now);
    return true;
  }
}

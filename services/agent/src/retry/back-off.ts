import { askedToWait } from './retry-after.js';

/** Exponential back-off with full jitter: a restart of the server must not become a stampede of its agents. */
export class BackOff {
  private failures = 0;

  /**
   * @param base milliseconds that the first delay stays under
   * @param cap milliseconds that every delay stays under
   */
  constructor(
    private readonly base: number,
    private readonly cap: number,
    private readonly random: () => number = Math.random,
  ) {}

  /**
   * Delay in milliseconds before the next try, between 0 and min(cap, base · 2^failures), on top of what the server asked for.
   * @param failure see {@link askedToWait}
   */
  next(failure?: unknown): number {
    const ceiling = Math.min(this.cap, this.base * 2 ** Math.min(this.failures++, 30));
    return askedToWait(failure) + Math.floor(this.random() * ceiling);
  }

  /** After a success. */
  reset(): void {
    this.failures = 0;
  }
}

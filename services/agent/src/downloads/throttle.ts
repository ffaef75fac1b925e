import type { Clock } from '../time/clock.js';

/** Holds all downloads together to a number of bytes per second, averaged over a second. */
export class Throttle {
  private readyAt = 0;

  /** @param bytesPerSecond undefined for no limit */
  constructor(
    private readonly bytesPerSecond: number | undefined,
    private readonly clock: Clock,
  ) {}

  /** Waits until the bytes just read fit into the limit. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    if (!this.bytesPerSecond) return;
    const now = this.clock.now();
    this.readyAt = Math.max(this.readyAt, now) + (bytes / this.bytesPerSecond) * 1000;
    if (this.readyAt - now > 50) await this.clock.sleep(this.readyAt - now, signal);
  }
}

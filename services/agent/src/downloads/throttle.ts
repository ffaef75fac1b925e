import { type Clock, LONGEST_SLEEP_MS } from '../time/clock.js';
import type { Bandwidth } from './bandwidth.js';
import { TransientDownloadError } from './download-error.js';

/** Holds all downloads together to a number of bytes per second, averaged over a second. */
export class Throttle {
  private readyAt = 0;
  private rate = Infinity;

  constructor(
    private readonly bandwidth: Bandwidth,
    private readonly clock: Clock,
  ) {}

  /**
   * Waits until the bytes just read fit into the limit.
   * @throws TransientDownloadError when nothing may be fetched any more: what is there is kept, see {@link untilOpen}
   */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    const now = this.clock.now();
    const rate = this.bandwidth.rateAt(now);
    if (rate === 0) throw new TransientDownloadError('nothing may be fetched at this hour');
    if (rate === Infinity) return;
    // what was fetched at another rate is paid for
    const since = rate === this.rate ? Math.max(this.readyAt, now) : now;
    this.rate = rate;
    this.readyAt = since + (bytes / rate) * 1000;
    // never beyond the next minute: another rate may hold by then
    if (this.readyAt - now > 50) await this.clock.sleep(Math.min(this.readyAt - now, 60_000), signal);
  }

  /** Waits until something may be fetched. Rejects with the signal's reason. @returns whether it had to */
  async untilOpen(signal: AbortSignal): Promise<boolean> {
    for (let waited = false; ; waited = true) {
      signal.throwIfAborted();
      const ms = this.bandwidth.opensIn(this.clock.now());
      if (ms === 0) return waited;
      await this.clock.sleep(Math.min(ms, LONGEST_SLEEP_MS), signal);
    }
  }
}

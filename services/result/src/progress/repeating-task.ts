/**
 * Runs `work` again and again, one at a time, with `intervalMs` between the end of one and the start of the next. A failure is told to
 * `onError` and tried again, with growing pauses up to 30 s: the work's own marks are rows, so nothing is lost meanwhile.
 */
export class RepeatingTask {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private failures = 0;
  private stopped = true;

  constructor(
    private readonly work: () => Promise<void>,
    private readonly intervalMs: number,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.stopped = false;
    this.schedule(0);
  }

  /** Runs now, or once more right after the run in progress. */
  nudge(): void {
    if (this.stopped || this.failures > 0) return;
    if (this.running) this.again = true;
    else this.schedule(0);
  }

  /** Resolves when the run in progress has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.once();
    }, delayMs);
  }

  private async once(): Promise<void> {
    this.again = false;
    try {
      await this.work();
      this.failures = 0;
    } catch (error) {
      this.failures += 1;
      this.onError(error);
    }
    this.running = undefined;
    this.schedule(this.again ? 0 : Math.min(this.intervalMs * 2 ** this.failures, Math.max(this.intervalMs, 30_000)));
  }
}

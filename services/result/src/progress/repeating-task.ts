const MAX_PAUSE_MS = 30_000;

/** A nudge waits so long for others like it, or a busy consumer would run the work once per batch. */
const NUDGE_MS = 40;

/**
 * Runs `work` again and again, one at a time, with `intervalMs` between the end of one and the start of the next. A failure is told to
 * `onError` and tried again, with growing pauses up to 30 s: the work's own marks are rows, so nothing is lost meanwhile.
 */
export class RepeatingTask {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private nudged = false;
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

  /** Runs very soon instead of at the end of the interval; soon after the run in progress, if there is one. */
  nudge(): void {
    if (this.stopped || this.nudged || this.failures > 0) return;
    this.nudged = true;
    if (!this.running) this.schedule(NUDGE_MS);
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
    this.nudged = false;
    try {
      await this.work();
      this.failures = 0;
    } catch (error) {
      this.failures += 1;
      this.onError(error);
    }
    this.running = undefined;
    this.schedule(this.nudged ? NUDGE_MS : this.pause());
  }

  private pause(): number {
    return Math.min(this.intervalMs * 2 ** this.failures, Math.max(this.intervalMs, MAX_PAUSE_MS));
  }
}

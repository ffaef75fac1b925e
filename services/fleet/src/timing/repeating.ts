import { Logger } from '@nestjs/common';

/** Runs something again and again, one at a time, until stopped. A failure is logged and the next turn tries again. */
export class Repeating {
  private readonly logger = new Logger('Repeating');
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;
  /** a turn under way, and another asked for */
  private busy = false;
  private again = false;

  constructor(
    private readonly name: string,
    private readonly everyMs: number,
    private readonly turn: () => Promise<void>,
  ) {}

  start(): void {
    if (!this.stopped) this.timer = setTimeout(() => void this.run(), this.everyMs);
  }

  /** The next turn begins now, or as soon as the one under way is over: it may have looked before what it is asked for was there. */
  soon(): void {
    if (this.stopped) return;
    if (this.busy) {
      this.again = true;
      return;
    }
    if (this.timer) clearTimeout(this.timer);
    void this.run();
  }

  /** Waits for the turn under way; there is no other. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    this.busy = true;
    this.again = false;
    this.running = this.turn().catch((error: Error) => this.logger.warn(`${this.name}: ${error.message}`));
    await this.running;
    this.busy = false;
    if (this.again) this.soon();
    else this.start();
  }
}

import { Logger } from '@nestjs/common';

/** Runs something again and again, one at a time, until stopped. A failure is logged and the next turn tries again. */
export class Repeating {
  private readonly logger = new Logger('Repeating');
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly name: string,
    private readonly everyMs: number,
    private readonly turn: () => Promise<void>,
  ) {}

  start(): void {
    if (!this.stopped) this.timer = setTimeout(() => void this.run(), this.everyMs);
  }

  /** Waits for the turn under way; there is no other. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    this.running = this.turn().catch((error: Error) => this.logger.warn(`${this.name}: ${error.message}`));
    await this.running;
    this.start();
  }
}

import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { FlushProgress } from './flush-progress.js';
import { RepeatingTask } from './repeating-task.js';

/** How often changed runs are looked for. */
const ROUND_MS = 250;

/** Keeps flushing progress while the process lives. */
@Injectable()
export class ProgressTimer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly task: RepeatingTask;

  constructor(flush: FlushProgress) {
    const logger = new Logger(ProgressTimer.name);
    this.task = new RepeatingTask(
      () => flush.round(),
      ROUND_MS,
      (error) => logger.warn(`progress was not told: ${String(error)}`),
    );
  }

  onApplicationBootstrap(): void {
    this.task.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }

  /** Something ended: look now. */
  nudge(): void {
    this.task.nudge();
  }
}

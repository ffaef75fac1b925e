import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { RepeatingTask } from '../progress/repeating-task.js';
import { EmptyArchived } from './empty-archived.js';

/** How often runs that a process left half emptied are looked for. */
const ROUND_MS = 600_000;

/** Keeps emptying archived runs while the process lives. */
@Injectable()
export class ArchiveTimer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly task: RepeatingTask;

  constructor(empty: EmptyArchived) {
    const logger = new Logger(ArchiveTimer.name);
    this.task = new RepeatingTask(
      () => empty.execute(),
      ROUND_MS,
      (error) => logger.warn(`archived runs were not emptied: ${String(error)}`),
    );
  }

  onApplicationBootstrap(): void {
    this.task.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }

  /** There is something to do now. */
  nudge(): void {
    this.task.nudge();
  }
}

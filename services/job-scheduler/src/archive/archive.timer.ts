import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ArchiveJobs } from './archive-jobs.js';

const HOUR_MS = 3_600_000;

/** Looks for jobs to archive when the process starts, and once an hour. What fails is tried again the next time. */
@Injectable()
export class ArchiveTimer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ArchiveTimer.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly archive: ArchiveJobs) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.run(), HOUR_MS);
    this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private run(): void {
    this.running = this.running
      .then(() => this.archive.execute())
      .catch((error: unknown) => this.logger.warn(`jobs were not archived: ${String(error)}`));
  }
}

import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { UploadSweep } from './upload-sweep.js';

const INTERVAL_MS = 60_000;

/** Sweeps once a minute while the process lives. What is to be swept is in the database, so a missed sweep costs only time. */
@Injectable()
export class UploadSweepTimer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(UploadSweepTimer.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly sweep: UploadSweep) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      // a sweep that takes longer than the interval is not overtaken by the next
      this.running ??= this.runOnce().finally(() => (this.running = undefined));
    }, INTERVAL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async runOnce(): Promise<void> {
    try {
      await this.sweep.run();
    } catch (error) {
      this.log.warn(`The sweep of uploads failed, next try in ${INTERVAL_MS / 1000} s: ${String(error)}`);
    }
  }
}

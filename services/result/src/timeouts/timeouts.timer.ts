import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { RepeatingTask } from '../progress/repeating-task.js';
import { EndTimedOut } from './end-timed-out.js';

/** How often runs are looked for that are due. */
const ROUND_MS = 1000;

/** Looks through runs with timeouts; when each is due is a row, any replica may see to it. */
@Injectable()
export class TimeoutsTimer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly task: RepeatingTask;

  constructor(endTimedOut: EndTimedOut) {
    const logger = new Logger(TimeoutsTimer.name);
    const work = async (): Promise<void> => {
      while (await endTimedOut.next());
    };
    this.task = new RepeatingTask(work, ROUND_MS, (error) =>
      logger.warn(`timeouts were not looked at: ${String(error)}`),
    );
  }

  onApplicationBootstrap(): void {
    this.task.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }
}

import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { RepeatingTask } from '../progress/repeating-task.js';
import { EndGrace } from './end-grace.js';

/** How often due closings are looked for. */
const ROUND_MS = 1000;

/** Ends the grace of canceled and expired runs when it is due; the due times are rows, any replica may see to them. */
@Injectable()
export class GraceTimer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly task: RepeatingTask;

  constructor(endGrace: EndGrace) {
    const logger = new Logger(GraceTimer.name);
    const work = async (): Promise<void> => {
      while (await endGrace.next());
    };
    this.task = new RepeatingTask(work, ROUND_MS, (error) => logger.warn(`a grace was not ended: ${String(error)}`));
  }

  onApplicationBootstrap(): void {
    this.task.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }
}

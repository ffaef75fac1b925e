import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { RepeatingTask } from '../progress/repeating-task.js';
import { TellEnded } from './tell-ended.js';

/** How often notes of ended attempts are looked for. */
const ROUND_MS = 500;

/** Keeps telling of ended attempts while the process lives. */
@Injectable()
export class EndedTimer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly task: RepeatingTask;

  constructor(tell: TellEnded) {
    const logger = new Logger(EndedTimer.name);
    this.task = new RepeatingTask(
      () => tell.round(),
      ROUND_MS,
      (error) => logger.warn(`ended attempts were not told of: ${String(error)}`),
    );
  }

  onApplicationBootstrap(): void {
    this.task.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }
}

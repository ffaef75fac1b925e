import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Inbox } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { ForgetChanges } from '../changes/forget-changes.js';
import { RepeatingTask } from '../progress/repeating-task.js';

const HOUR_MS = 3_600_000;

/** Forgets, once an hour, what can no longer be asked for or come again. Replicas may do it at the same time. */
@Injectable()
export class HousekeepingTimer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly task: RepeatingTask;

  constructor(forgetChanges: ForgetChanges, inbox: Inbox, dataSource: DataSource) {
    const logger = new Logger(HousekeepingTimer.name);
    const work = async (): Promise<void> => {
      await forgetChanges.execute();
      await inbox.purge(dataSource);
    };
    this.task = new RepeatingTask(work, HOUR_MS, (error) => logger.warn(`housekeeping failed: ${String(error)}`));
  }

  onApplicationBootstrap(): void {
    this.task.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }
}

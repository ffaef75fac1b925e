import { Controller } from '@nestjs/common';
import { EVENTS, JobArchived, subscriptionQueue } from '@waybill/contracts';
import { EventHandler } from '@waybill/messaging';
import { ArchiveJob } from './archive-job.handler.js';
import { ArchiveTimer } from './archive.timer.js';

@Controller()
export class JobArchivedConsumer {
  constructor(
    private readonly archive: ArchiveJob,
    private readonly timer: ArchiveTimer,
  ) {}

  @EventHandler({ event: EVENTS.jobArchived, queue: subscriptionQueue('result', 'jobs'), type: JobArchived })
  async onArchived(event: JobArchived): Promise<void> {
    await this.archive.execute(event);
    this.timer.nudge();
  }
}

import { Controller } from '@nestjs/common';
import { EVENTS, JobStatusChanged, subscriptionQueue } from '@waybill/contracts';
import { EventHandler } from '@waybill/messaging';
import { ForgetDownloads } from './forget-downloads.handler.js';

@Controller()
export class JobEndedConsumer {
  constructor(private readonly forgetDownloads: ForgetDownloads) {}

  @EventHandler({ event: EVENTS.jobStatusChanged, queue: subscriptionQueue('result', 'jobs'), type: JobStatusChanged })
  onStatusChanged(event: JobStatusChanged): Promise<void> {
    return this.forgetDownloads.execute(event);
  }
}

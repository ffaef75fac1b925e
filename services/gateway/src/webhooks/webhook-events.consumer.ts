import { Controller } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { EVENTS, JobAttemptsEnded, JobStatusChanged, JobWaveReleased, subscriptionQueue } from '@waybill/contracts';
import { EventHandler, type MessageContext } from '@waybill/messaging';
import { executionEvents, jobStatusEvent, waveReleasedEvent } from './happened-events.js';
import { RecordEvents } from './record-events.js';

const QUEUE = subscriptionQueue('gateway', 'webhooks');

/** What happened to jobs and executions, for webhooks. A message is acknowledged when its deliveries are stored. */
@ApiExcludeController()
@Controller()
export class WebhookEventsConsumer {
  constructor(private readonly record: RecordEvents) {}

  @EventHandler({ event: EVENTS.jobStatusChanged, queue: QUEUE, type: JobStatusChanged })
  statusChanged(event: JobStatusChanged, { messageId }: MessageContext): Promise<void> {
    return this.record.run([jobStatusEvent(event, messageId)]);
  }

  @EventHandler({ event: EVENTS.jobWaveReleased, queue: QUEUE, type: JobWaveReleased })
  waveReleased(event: JobWaveReleased): Promise<void> {
    return this.record.run([waveReleasedEvent(event)]);
  }

  @EventHandler({ event: EVENTS.jobAttemptsEnded, queue: QUEUE, type: JobAttemptsEnded })
  attemptsEnded(event: JobAttemptsEnded): Promise<void> {
    return this.record.run(executionEvents(event));
  }
}

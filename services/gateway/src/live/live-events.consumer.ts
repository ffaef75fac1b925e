import { Controller } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { EVENTS, JobProgressed, JobStatusChanged } from '@waybill/contracts';
import { EventHandler } from '@waybill/messaging';
import { LiveEvents } from './live-events.js';

const QUEUE = 'gateway.live';

/** This process's own queue of job events; it goes with the process, because only open streams need it. */
@ApiExcludeController()
@Controller()
export class LiveEventsConsumer {
  constructor(private readonly live: LiveEvents) {}

  @EventHandler({ event: EVENTS.jobProgressed, queue: QUEUE, type: JobProgressed, perInstance: true })
  progressed(event: JobProgressed): void {
    this.live.jobMoved(event.jobId);
  }

  @EventHandler({ event: EVENTS.jobStatusChanged, queue: QUEUE, type: JobStatusChanged, perInstance: true })
  statusChanged(event: JobStatusChanged): void {
    this.live.jobMoved(event.jobId);
  }
}

import { Controller } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { EVENTS, JobProgressed, JobStatusChanged } from '@waybill/contracts';
import { EventHandler, LIVE_EVENTS } from '@waybill/messaging';
import { LiveEvents } from './live-events.js';

/** This process's own queue of job events; it goes with the process, because only open streams need it. */
@ApiExcludeController()
@Controller()
export class LiveEventsConsumer {
  constructor(private readonly live: LiveEvents) {}

  @EventHandler({ event: EVENTS.jobProgressed, queue: LIVE_EVENTS.queue, type: JobProgressed, perInstance: true })
  progressed(event: JobProgressed): void {
    this.live.jobMoved(event.jobId);
  }

  @EventHandler({ event: EVENTS.jobStatusChanged, queue: LIVE_EVENTS.queue, type: JobStatusChanged, perInstance: true })
  statusChanged(event: JobStatusChanged): void {
    this.live.jobMoved(event.jobId);
  }
}

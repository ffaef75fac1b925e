import { Controller } from '@nestjs/common';
import { EVENTS, JobProgressed } from '@waybill/contracts';
import { EventHandler } from '@waybill/messaging';
import { JobEngine } from '../jobs/job-engine.js';
import { decideProgress } from './decide-progress.js';

@Controller()
export class JobProgressedConsumer {
  constructor(private readonly engine: JobEngine) {}

  /** Only "all are final" concerns us; the counters themselves are result's. Idempotent by the attempt it names. */
  @EventHandler({ event: EVENTS.jobProgressed, queue: 'job-scheduler.progress', type: JobProgressed })
  async progressed(event: JobProgressed): Promise<void> {
    if (event.finished < event.total) return;
    await this.engine.advance(event.jobId, (job, now) => decideProgress(job, event, now));
  }
}

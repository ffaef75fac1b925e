import { Controller } from '@nestjs/common';
import { EVENTS, JobExecutionsReady } from '@waybill/contracts';
import { EventHandler } from '@waybill/messaging';
import { JobEngine } from '../jobs/job-engine.js';
import { decideExecutionsReady } from './decide-executions-ready.js';

@Controller()
export class ExecutionsReadyConsumer {
  constructor(private readonly engine: JobEngine) {}

  /** Every execution exists: the first commands leave. Idempotent by the job's phase. */
  @EventHandler({ event: EVENTS.jobExecutionsReady, queue: 'job-scheduler.progress', type: JobExecutionsReady })
  async ready(event: JobExecutionsReady): Promise<void> {
    await this.engine.advance(event.jobId, (job, now) => decideExecutionsReady(job, event, now));
  }
}

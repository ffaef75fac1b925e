import { Controller } from '@nestjs/common';
import { EVENTS, JobExecutionsReady } from '@waybill/contracts';
import { EventHandler } from '@waybill/messaging';
import { JobEngine } from '../jobs/job-engine.js';
import { Obstacles } from '../rollout/obstacles.js';
import { decideExecutionsReady } from './decide-executions-ready.js';

@Controller()
export class ExecutionsReadyConsumer {
  constructor(
    private readonly engine: JobEngine,
    private readonly obstacles: Obstacles,
  ) {}

  /** Every execution exists: the first commands leave. Idempotent by the job's phase. */
  @EventHandler({ event: EVENTS.jobExecutionsReady, queue: 'job-scheduler.progress', type: JobExecutionsReady })
  async ready({ jobId, run }: JobExecutionsReady): Promise<void> {
    const obstacle = await this.obstacles.ofJob(jobId);
    await this.engine.advance(jobId, (before, now) => decideExecutionsReady(before, { run, ...obstacle }, now));
  }
}

import { Controller } from '@nestjs/common';
import { EVENTS, JobProgressed } from '@waybill/contracts';
import { EventHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { JobEngine } from '../jobs/job-engine.js';
import { JobsRepository } from '../jobs/jobs.repository.js';
import { NO_OBSTACLE } from '../rollout/decide-rollout.js';
import { Obstacles } from '../rollout/obstacles.js';
import { decideProgress } from './decide-progress.js';

@Controller()
export class JobProgressedConsumer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: JobsRepository,
    private readonly obstacles: Obstacles,
    private readonly engine: JobEngine,
  ) {}

  /** Concerns us when all are final, and always for jobs with waves or a stop condition. Idempotent by the attempt and the counters it names. */
  @EventHandler({ event: EVENTS.jobProgressed, queue: 'job-scheduler.progress', type: JobProgressed })
  async progressed(event: JobProgressed): Promise<void> {
    const rolledOut = await this.jobs.findRollout(this.dataSource, event.jobId);
    if (event.finished < event.total && !rolledOut) return;
    const obstacle = rolledOut ? await this.obstacles.ofVersion(rolledOut.versionId) : NO_OBSTACLE;
    await this.engine.advance(event.jobId, (job, now) => decideProgress(job, event, now, obstacle));
  }
}

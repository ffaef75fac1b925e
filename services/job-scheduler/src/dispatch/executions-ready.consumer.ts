import { Controller } from '@nestjs/common';
import { EVENTS, JobExecutionsReady } from '@waybill/contracts';
import { EventHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { Withdrawals } from '../catalogue/withdrawals.js';
import { VersionTrust } from '../catalogue/version-trust.js';
import { JobEngine } from '../jobs/job-engine.js';
import { JobsRepository } from '../jobs/jobs.repository.js';
import { decideExecutionsReady } from './decide-executions-ready.js';

@Controller()
export class ExecutionsReadyConsumer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly engine: JobEngine,
    private readonly jobs: JobsRepository,
    private readonly withdrawals: Withdrawals,
    private readonly trust: VersionTrust,
  ) {}

  /** Every execution exists: the first commands leave. Idempotent by the job's phase. */
  @EventHandler({ event: EVENTS.jobExecutionsReady, queue: 'job-scheduler.progress', type: JobExecutionsReady })
  async ready({ jobId, run }: JobExecutionsReady): Promise<void> {
    const job = await this.jobs.find(this.dataSource, jobId);
    const withdrawn = job !== null && (await this.withdrawals.heardOf(job));
    const refused = await this.trust.refusals(this.dataSource, job ? [job.versionId] : []);
    const untrusted = refused.get(job?.versionId ?? '') ?? null;
    await this.engine.advance(jobId, (before, now) =>
      decideExecutionsReady(before, { run, withdrawn, untrusted }, now),
    );
  }
}

import { Controller } from '@nestjs/common';
import { JOB_RPC, JobRef, type JobView } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { JobViews } from './job-views.js';
import { jobNotFound } from './job-engine.js';
import { demandJob } from './job-limits.js';
import { JobsRepository } from './jobs.repository.js';

@Controller()
export class GetJobHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: JobsRepository,
    private readonly views: JobViews,
  ) {}

  /** @throws WaybillError notFound `job.notFound` */
  @RpcHandler(JOB_RPC.get, JobRef)
  async get({ id }: JobRef): Promise<JobView> {
    const job = await this.jobs.find(this.dataSource, id);
    if (!job) throw jobNotFound(id);
    demandJob(job, 'jobs.read');
    return this.views.one(job);
  }
}

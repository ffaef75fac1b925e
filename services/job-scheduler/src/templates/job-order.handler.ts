import { Controller } from '@nestjs/common';
import { conflict, JOB_RPC, type JobOrder, JobRef } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { jobNotFound } from '../jobs/job-engine.js';
import { demandJob } from '../jobs/job-limits.js';
import { JobsRepository } from '../jobs/jobs.repository.js';
import { OrdersRepository } from './orders.repository.js';

@Controller()
export class JobOrderHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: JobsRepository,
    private readonly orders: OrdersRepository,
  ) {}

  /**
   * What was ordered when the job was made.
   * @throws WaybillError notFound `job.notFound`; conflict `job.orderUnknown`
   */
  @RpcHandler(JOB_RPC.order, JobRef)
  async order({ id }: JobRef): Promise<JobOrder> {
    const job = await this.jobs.find(this.dataSource, id);
    if (!job) throw jobNotFound(id);
    demandJob(job, 'jobs.read');
    const order = await this.orders.find(this.dataSource, id);
    if (!order)
      throw conflict('job.orderUnknown', 'The job is from before orders were kept: order it anew by POST /jobs.');
    return { job: order };
  }
}

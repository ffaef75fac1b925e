import { Injectable } from '@nestjs/common';
import { JOB_RPC, type JobView, type Page, type PageQuery, RESULT_RPC } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { type JobDetail, jobDetail } from './job-detail.js';

/** Reads jobs as administrators see them: document, status and counters together. */
@Injectable()
export class JobViews {
  constructor(private readonly rpc: RpcClient) {}

  async get(id: string): Promise<JobDetail> {
    const [job, summaries] = await Promise.all([
      this.rpc.call(JOB_RPC.get, { id }),
      this.rpc.call(RESULT_RPC.jobSummary, { jobIds: [id] }),
    ]);
    return jobDetail(job, summaries.items[0] ?? null);
  }

  async list(query: PageQuery): Promise<Page<JobDetail>> {
    const page = await this.rpc.call(JOB_RPC.list, query);
    if (page.items.length === 0) return { items: [], nextCursor: page.nextCursor };
    const summaries = await this.rpc.call(RESULT_RPC.jobSummary, { jobIds: page.items.map((job) => job.id) });
    return {
      items: page.items.map((job, i) => jobDetail(job, summaries.items[i] ?? null)),
      nextCursor: page.nextCursor,
    };
  }

  async withCounters(job: JobView): Promise<JobDetail> {
    const summaries = await this.rpc.call(RESULT_RPC.jobSummary, { jobIds: [job.id] });
    return jobDetail(job, summaries.items[0] ?? null);
  }
}

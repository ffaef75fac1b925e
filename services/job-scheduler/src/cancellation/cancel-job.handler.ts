import { Controller } from '@nestjs/common';
import { CancelJobRequest, JOB_RPC, type JobView } from '@waybill/contracts';
import { requestActor, RpcHandler } from '@waybill/messaging';
import { JobViews } from '../jobs/job-views.js';
import type { Job } from '../jobs/job.js';
import { demandJob } from '../jobs/job-limits.js';
import { EndSeries } from '../recurrence/end-series.js';
import { JobEngine } from '../jobs/job-engine.js';
import { decideCancel } from './decide-cancel.js';
import { demandOneLine } from './persons-order.js';

@Controller()
export class CancelJobHandler {
  constructor(
    private readonly engine: JobEngine,
    private readonly views: JobViews,
    private readonly series: EndSeries,
  ) {}

  /** A run of a recurring job ends the recurring job with it. @throws WaybillError notFound `job.notFound`; conflict `job.wrongState`; precondition `precondition.failed`; invalid `request.invalid` */
  @RpcHandler(JOB_RPC.cancel, CancelJobRequest)
  async cancel({ id, ...order }: CancelJobRequest): Promise<JobView> {
    demandOneLine(order.reason);
    const { name: actor } = requestActor();
    const decide = (job: Job, now: Date) => {
      demandJob(job, 'jobs.cancel');
      return decideCancel(job, { ...order, actor }, now);
    };
    const job = await this.engine.advance(id, decide, (sql, decision) => this.series.note(sql, decision.job));
    await this.series.cancelWaiting(job);
    return this.views.one(job);
  }
}

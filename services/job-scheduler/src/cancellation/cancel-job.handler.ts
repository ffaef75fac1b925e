import { Controller } from '@nestjs/common';
import { CancelJobRequest, invalid, JOB_RPC, type JobView } from '@waybill/contracts';
import { requestActor, RpcHandler } from '@waybill/messaging';
import { hasControlCharacters } from '../jobs/check-order.js';
import { JobViews } from '../jobs/job-views.js';
import type { Job } from '../jobs/job.js';
import { demandJob } from '../jobs/job-limits.js';
import { JobEngine } from '../jobs/job-engine.js';
import { decideCancel } from './decide-cancel.js';

@Controller()
export class CancelJobHandler {
  constructor(
    private readonly engine: JobEngine,
    private readonly views: JobViews,
  ) {}

  /** @throws WaybillError notFound `job.notFound`; conflict `job.wrongState`; precondition `precondition.failed`; invalid `request.invalid` */
  @RpcHandler(JOB_RPC.cancel, CancelJobRequest)
  async cancel({ id, ...order }: CancelJobRequest): Promise<JobView> {
    if (hasControlCharacters(order.reason ?? '')) {
      const message = 'reason must not contain control characters';
      throw invalid('request.invalid', 'The request has wrong fields.', [{ pointer: '/reason', message }]);
    }
    const { name: actor } = requestActor();
    const decide = (job: Job, now: Date) => {
      demandJob(job, 'jobs.cancel');
      return decideCancel(job, { ...order, actor }, now);
    };
    return this.views.one(await this.engine.advance(id, decide));
  }
}

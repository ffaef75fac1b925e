import { Controller } from '@nestjs/common';
import { PauseJobRequest, invalid, JOB_RPC, type JobView } from '@waybill/contracts';
import { requestActor, RpcHandler } from '@waybill/messaging';
import { hasControlCharacters } from '../jobs/check-order.js';
import { JobViews } from '../jobs/job-views.js';
import type { Job } from '../jobs/job.js';
import { demandJob } from '../jobs/job-limits.js';
import { JobEngine } from '../jobs/job-engine.js';
import { decidePause } from './decide-pause.js';

@Controller()
export class PauseJobHandler {
  constructor(
    private readonly engine: JobEngine,
    private readonly views: JobViews,
  ) {}

  /** @throws WaybillError notFound `job.notFound`; conflict `job.wrongState`; precondition `precondition.failed`; invalid `request.invalid` */
  @RpcHandler(JOB_RPC.pause, PauseJobRequest)
  async pause({ id, ...order }: PauseJobRequest): Promise<JobView> {
    if (hasControlCharacters(order.reason ?? '')) {
      const message = 'reason must not contain control characters';
      throw invalid('request.invalid', 'The request has wrong fields.', [{ pointer: '/reason', message }]);
    }
    const { name: actor } = requestActor();
    const decide = (job: Job) => {
      demandJob(job, 'jobs.cancel');
      return decidePause(job, { ...order, actor });
    };
    return this.views.one(await this.engine.advance(id, decide));
  }
}

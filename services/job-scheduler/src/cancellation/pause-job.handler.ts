import { Controller } from '@nestjs/common';
import { JOB_RPC, type JobView, PauseJobRequest } from '@waybill/contracts';
import { requestActor, RpcHandler } from '@waybill/messaging';
import { JobViews } from '../jobs/job-views.js';
import type { Job } from '../jobs/job.js';
import { demandJob } from '../jobs/job-limits.js';
import { JobEngine } from '../jobs/job-engine.js';
import { decidePause } from './decide-pause.js';
import { demandOneLine } from './persons-order.js';

@Controller()
export class PauseJobHandler {
  constructor(
    private readonly engine: JobEngine,
    private readonly views: JobViews,
  ) {}

  /** @throws WaybillError notFound `job.notFound`; conflict `job.wrongState`; precondition `precondition.failed`; invalid `request.invalid` */
  @RpcHandler(JOB_RPC.pause, PauseJobRequest)
  async pause({ id, ...order }: PauseJobRequest): Promise<JobView> {
    demandOneLine(order.reason);
    const { name: actor } = requestActor();
    const decide = (job: Job) => {
      demandJob(job, 'jobs.cancel');
      return decidePause(job, { ...order, actor });
    };
    return this.views.one(await this.engine.advance(id, decide));
  }
}

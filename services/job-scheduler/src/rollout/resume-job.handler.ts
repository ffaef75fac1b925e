import { Controller } from '@nestjs/common';
import { JOB_RPC, type JobView, ResumeJobRequest } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { demandJob } from '../jobs/job-limits.js';
import { JobEngine } from '../jobs/job-engine.js';
import { JobViews } from '../jobs/job-views.js';
import { decideResume } from './decide-resume.js';
import { Obstacles } from './obstacles.js';

@Controller()
export class ResumeJobHandler {
  constructor(
    private readonly engine: JobEngine,
    private readonly obstacles: Obstacles,
    private readonly views: JobViews,
  ) {}

  /** @throws WaybillError notFound `job.notFound`; conflict `job.wrongState`, `version.untrusted`, `version.withdrawn`; precondition `precondition.failed`; forbidden `permission.limited` */
  @RpcHandler(JOB_RPC.resume, ResumeJobRequest)
  async resume({ id, ...order }: ResumeJobRequest): Promise<JobView> {
    const obstacle = await this.obstacles.ofJob(id);
    const resumed = await this.engine.advance(id, (before, now) => {
      demandJob(before, 'jobs.create');
      return decideResume(before, order, now, obstacle);
    });
    return this.views.one(resumed);
  }
}

import { Controller } from '@nestjs/common';
import { CancelJobRequest, JOB_RPC, type JobView } from '@waybill/contracts';
import { DataSource } from 'typeorm';
import { requestActor, RpcHandler } from '@waybill/messaging';
import { JobViews } from '../jobs/job-views.js';
import type { Job } from '../jobs/job.js';
import { demandJob } from '../jobs/job-limits.js';
import { JobsRepository } from '../jobs/jobs.repository.js';
import { decideCancelRun } from '../recurrence/decide-cancel-run.js';
import { SeriesRepository } from '../recurrence/series.repository.js';
import { EndSeries } from '../recurrence/end-series.js';
import { JobEngine } from '../jobs/job-engine.js';
import { decideCancel } from './decide-cancel.js';
import { demandOneLine, type PersonsOrder } from './persons-order.js';

@Controller()
export class CancelJobHandler {
  constructor(
    private readonly engine: JobEngine,
    private readonly views: JobViews,
    private readonly dataSource: DataSource,
    private readonly jobs: JobsRepository,
    private readonly series: SeriesRepository,
    private readonly ending: EndSeries,
  ) {}

  /**
   * A run of a recurring job ends the recurring job with it, unless the following runs are to be kept.
   * @throws WaybillError notFound `job.notFound`; conflict `job.wrongState`; precondition `precondition.failed`; invalid `request.invalid`
   */
  @RpcHandler(JOB_RPC.cancel, CancelJobRequest)
  async cancel({ id, followingRuns, ...given }: CancelJobRequest): Promise<JobView> {
    demandOneLine(given.reason);
    const order = { ...given, actor: requestActor().name };
    if (followingRuns === 'keep') return this.views.one(await this.cancelRun(id, order));
    const decide = (job: Job, now: Date) => {
      demandJob(job, 'jobs.cancel');
      return decideCancel(job, order, now);
    };
    const job = await this.engine.advance(id, decide, (sql, decision) => this.ending.note(sql, decision.job));
    await this.ending.cancelWaiting(job);
    return this.views.one(job);
  }

  private async cancelRun(id: string, order: PersonsOrder): Promise<Job> {
    const run = await this.jobs.find(this.dataSource, id);
    const series = run?.series ? await this.series.find(this.dataSource, run.series.id) : null;
    return this.engine.advance(id, (job, now) => {
      demandJob(job, 'jobs.cancel');
      return decideCancelRun(job, order, series, now);
    });
  }
}

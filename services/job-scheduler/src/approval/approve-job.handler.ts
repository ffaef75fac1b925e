import { Controller } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { ApproveJobRequest, JOB_RPC, type JobView } from '@waybill/contracts';
import { requestActor, RpcHandler } from '@waybill/messaging';
import { jobView } from '../jobs/job.view.js';
import { JobViews } from '../jobs/job-views.js';
import { demandJob } from '../jobs/job-limits.js';
import { JobEngine } from '../jobs/job-engine.js';
import { decideApprove } from './decide-approve.js';
import { decideApproveWave, isAboutWave } from '../rollout/decide-approve-wave.js';
import { SeriesRepository } from '../recurrence/series.repository.js';
import { Obstacles } from '../rollout/obstacles.js';

@Controller()
export class ApproveJobHandler {
  constructor(
    private readonly obstacles: Obstacles,
    private readonly engine: JobEngine,
    private readonly audit: AuditLog,
    private readonly views: JobViews,
    private readonly series: SeriesRepository,
  ) {}

  /**
   * @throws WaybillError notFound `job.notFound`; conflict `job.wrongState`, `job.approvalNotNeeded`; precondition
   * `precondition.failed`; forbidden `job.approvalBySelf`, `permission.limited`
   */
  @RpcHandler(JOB_RPC.approve, ApproveJobRequest)
  async approve({ id, revision }: ApproveJobRequest): Promise<JobView> {
    const actor = requestActor();
    const obstacle = await this.obstacles.ofJob(id);
    const job = await this.engine.advance(
      id,
      (before, now) => {
        demandJob(before, 'jobs.approve');
        return isAboutWave(before)
          ? decideApproveWave(before, { actor, revision }, now, obstacle)
          : decideApprove(before, { actor, revision }, now);
      },
      async (sql, decision) => {
        const object = { type: 'job', id: decision.job.id };
        const { approval, rolloutState, total, series } = decision.job;
        if (series && approval?.approvedBy) await this.series.approve(sql, series.id, approval);
        const details = { reason: approval?.reason ?? null, total, waves: rolloutState?.released ?? null };
        await this.audit.record(sql, { action: 'job.approved', object, after: jobView(decision.job, null), details });
      },
    );
    return this.views.one(job);
  }
}

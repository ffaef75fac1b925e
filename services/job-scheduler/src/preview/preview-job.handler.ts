import { Controller } from '@nestjs/common';
import { FLEET_RPC, JOB_RPC, type JobPreview, PreviewJobRequest } from '@waybill/contracts';
import { RpcClient, RpcHandler } from '@waybill/messaging';
import { approvalForGroups, approvalForReach } from '../approval/approval.js';
import { approvalPolicy, JobSchedulerConfig } from '../config/job-scheduler.config.js';
import { OrderChecks } from '../jobs/order-checks.service.js';
import { previewOf } from './preview-of.js';

/** A fleet of hundreds of thousands is counted. */
const COUNT_TIMEOUT_MS = 20_000;

@Controller()
export class PreviewJobHandler {
  constructor(
    private readonly checks: OrderChecks,
    private readonly rpc: RpcClient,
    private readonly config: JobSchedulerConfig,
  ) {}

  /**
   * Says what a job would mean, and makes none.
   * @throws WaybillError what its creation would be refused with; unavailable when somebody who must be asked is away
   */
  @RpcHandler(JOB_RPC.preview, PreviewJobRequest)
  async preview({ job: order }: PreviewJobRequest): Promise<JobPreview> {
    const found = await this.checks.check(order, new Date());
    const { targets } = order;
    const policy = approvalPolicy(this.config);
    const { platforms, reachedGuarded } = await this.rpc.call(
      FLEET_RPC.targetsPreview,
      {
        groupIds: found.groupIds,
        computerIds: targets.computers ?? [],
        excludeGroupIds: found.excludeGroupIds,
        excludeComputerIds: targets.exclude?.computers ?? [],
        guardedGroups: [...policy.groups],
        ...(targets.filter !== undefined && { filter: targets.filter }),
      },
      { timeoutMs: COUNT_TIMEOUT_MS },
    );
    const total = platforms.reduce((sum, { computers }) => sum + computers, 0);
    const named = approvalForGroups(targets.groups ?? [], policy);
    const approval = named ?? approvalForReach({ approval: null }, { total, guarded: reachedGuarded }, policy);
    return previewOf(order, found.manifest, found.schedule, {
      platforms,
      approval: approval?.reason ?? null,
      confirmTargets: found.confirmed?.needed ?? null,
    });
  }
}

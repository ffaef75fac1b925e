import { Injectable } from '@nestjs/common';
import { FLEET_RPC, type ResolvedTargets, rolloutHash, waveSlice } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Withdrawals } from '../catalogue/withdrawals.js';
import { approvalPolicy, JobSchedulerConfig } from '../config/job-scheduler.config.js';
import type { FoundSoFar, Job } from '../jobs/job.js';
import { JobEngine } from '../jobs/job-engine.js';
import { isPaced } from '../rollout/pace.js';
import { percentsOf } from '../rollout/rollout.js';
import { type RenewLease, type TimedWork, WORK_RPC_TIMEOUT_MS } from '../timers/work-lease.js';
import { decideResolved, decideResolving } from './decide-resolved.js';
import { isToldEarly, lostExclusion, withPage } from './found-so-far.js';
import { TargetAssigner } from './target-assigner.js';
import { TargetsRepository } from './targets.repository.js';

/** Targets asked for at once; fleet's largest page. */
const PAGE = 5_000;

/**
 * Asks fleet who the targets of a started job are. The job is not locked meanwhile; if this process dies, another goes on after the last
 * page that was stored (ADR 22).
 */
@Injectable()
export class ResolveTargetsWork implements TimedWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly work: UnitOfWork,
    private readonly rpc: RpcClient,
    private readonly engine: JobEngine,
    private readonly targets: TargetsRepository,
    private readonly assigner: TargetAssigner,
    private readonly withdrawals: Withdrawals,
    private readonly config: JobSchedulerConfig,
  ) {}

  async run(jobId: string, renew: RenewLease): Promise<void> {
    const resolution = uuidv7();
    const job = await this.engine.advance(
      jobId,
      (before) => decideResolving(before, resolution),
      async (sql, decision) => {
        // only an earlier try of a version that did not know how far it had come leaves something to clear
        if (decision.job.resolution === resolution && !decision.job.found) await this.targets.clear(sql, decision.job);
      },
    );
    if (job.resolution !== resolution) return;
    const found = await this.find(job, renew);
    if (!found) return;
    const waveTotals = (await this.strata(job)) ?? found.waveTotals ?? undefined;
    const withdrawn = await this.withdrawals.certain(job);
    const policy = approvalPolicy(this.config);
    const { total, unknownGroupIds, guarded } = found;
    const resolvedAt = new Date(found.resolvedAt);
    await this.engine.advance(jobId, (before, now) =>
      decideResolved(
        before,
        { resolution, total, waveTotals, resolvedAt, unknownGroupIds, guarded, withdrawn },
        now,
        policy,
      ),
    );
  }

  /** @returns null when the job was closed meanwhile, or another replica has taken over */
  private async find(job: Job, renew: RenewLease): Promise<FoundSoFar | null> {
    const early = isToldEarly(job, approvalPolicy(this.config));
    let { found } = job;
    let next = found?.after === null ? null : this.ask(job, found);
    while (next) {
      const page = await next;
      const lost = lostExclusion(job, found, page);
      if (lost) return lost;
      // fleet looks for the next ones while these are stored
      next = page.after === null ? null : this.ask(job, page);
      // not looked at when storing these fails
      next?.catch(() => undefined);
      found = withPage(job, found, page, early);
      if (!(await this.store(job, page, found))) return null;
      await renew();
    }
    return found;
  }

  private store(job: Job, { targets }: ResolvedTargets, found: FoundSoFar): Promise<boolean> {
    const kept = isPaced(job) || job.rollout?.stratifyBy !== undefined;
    const positions = targets.map(({ computerId }) => (kept ? rolloutHash(job.id, computerId) : null));
    // a group's stream would tell others of its members, too
    const filtered = job.filter !== null || job.rollout?.stratifyBy !== undefined;
    return this.work.run(async (sql) => {
      if (!(await this.targets.add(sql, job, job.resolution!, targets, found, positions, filtered))) return false;
      if (found.chunks > 0) {
        const chunk = targets.map((target, i) => ({ ...target, position: positions[i]! }));
        await this.assigner.assignEarly(sql, job, found.chunks - 1, chunk);
      }
      return true;
    });
  }

  /** Computers by wave of a stratified job; null for any other. */
  private async strata(job: Job): Promise<number[] | null> {
    const by = job.rollout?.stratifyBy;
    if (!by) return null;
    await this.targets.stratify(this.dataSource, job, job.resolution!, by);
    const percents = percentsOf(job);
    const slices = percents.map((_, i) => waveSlice(percents, i + 1));
    return this.targets.countSlices(this.dataSource, job, slices);
  }

  private ask(job: Job, before: Pick<FoundSoFar, 'after' | 'resolvedAt'> | null): Promise<ResolvedTargets> {
    const rest = before ? { after: before.after ?? undefined, resolvedAt: before.resolvedAt } : {};
    return this.rpc.call(
      FLEET_RPC.targetsResolve,
      {
        groupIds: [...job.groupIds],
        computerIds: [...job.computers],
        excludeGroupIds: [...job.excludeGroupIds],
        excludeComputerIds: [...job.excludeComputers],
        limit: PAGE,
        guardedGroups: [...approvalPolicy(this.config).groups],
        ...(job.filter !== null && { filter: job.filter }),
        ...rest,
      },
      { timeoutMs: WORK_RPC_TIMEOUT_MS },
    );
  }
}

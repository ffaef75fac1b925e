import { Injectable } from '@nestjs/common';
import { FLEET_RPC, type ResolvedTargets, rolloutHash, waveOf, waveSlice } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Withdrawals } from '../catalogue/withdrawals.js';
import { approvalPolicy, JobSchedulerConfig } from '../config/job-scheduler.config.js';
import type { Job } from '../jobs/job.js';
import { JobEngine } from '../jobs/job-engine.js';
import { isPaced } from '../rollout/pace.js';
import { percentsOf } from '../rollout/rollout.js';
import { type RenewLease, type TimedWork, WORK_RPC_TIMEOUT_MS } from '../timers/work-lease.js';
import { decideResolved, decideResolving, type Resolution } from './decide-resolved.js';
import { TargetsRepository } from './targets.repository.js';

/** Targets asked for at once; fleet's largest page. */
const PAGE = 5_000;

/**
 * Asks fleet who the targets of a started job are. The job is not locked meanwhile; if this process dies, another begins
 * from the first page and nothing of the first try is left.
 */
@Injectable()
export class ResolveTargetsWork implements TimedWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly rpc: RpcClient,
    private readonly engine: JobEngine,
    private readonly targets: TargetsRepository,
    private readonly withdrawals: Withdrawals,
    private readonly config: JobSchedulerConfig,
  ) {}

  async run(jobId: string, renew: RenewLease): Promise<void> {
    const resolution = uuidv7();
    const job = await this.engine.advance(
      jobId,
      (before) => decideResolving(before, resolution),
      async (sql, decision) => {
        // Only an earlier try leaves something to clear.
        if (decision.job.resolution === resolution) await this.targets.clear(sql, decision.job);
      },
    );
    if (job.resolution !== resolution) return;
    const found = await this.collect(job, resolution, renew);
    if (!found) return;
    const withdrawn = await this.withdrawals.certain(job);
    const policy = approvalPolicy(this.config);
    await this.engine.advance(jobId, (before, now) =>
      decideResolved(before, { resolution, ...found, withdrawn }, now, policy),
    );
  }

  /** @returns null when the job was closed meanwhile, or another replica has taken over */
  private async collect(
    job: Job,
    resolution: string,
    renew: RenewLease,
  ): Promise<Omit<Resolution, 'resolution' | 'withdrawn'> | null> {
    let total = 0;
    const percents = percentsOf(job);
    const paced = isPaced(job);
    const strata = job.rollout?.stratifyBy;
    // who is in which wave costs a hash for each computer
    let waveTotals = percents.length > 1 ? percents.map(() => 0) : undefined;
    const unknownGroupIds = new Set<string>();
    const guarded = new Set<string>();
    let page: ResolvedTargets;
    let next = this.ask(job, null);
    do {
      page = await next;
      // fleet looks for the next ones while these are stored
      next = page.after === null ? next : this.ask(job, page);
      // not looked at when storing these fails
      next.catch(() => undefined);
      const positions = page.targets.map(({ computerId }) =>
        paced || strata ? rolloutHash(job.id, computerId) : null,
      );
      const added = await this.targets.add(
        this.dataSource,
        job,
        resolution,
        page.targets,
        positions,
        // a group's stream would tell others of its members, too
        job.filter !== null || strata !== undefined,
      );
      if (added === null) return null;
      await renew();
      total += added;
      if (waveTotals && !strata)
        for (const { computerId } of page.targets) waveTotals[waveOf(job.id, computerId, percents) - 1]!++;
      for (const id of page.unknownGroupIds) unknownGroupIds.add(id);
      for (const name of page.reachedGuarded) guarded.add(name);
    } while (page.after !== null);
    if (strata) {
      await this.targets.stratify(this.dataSource, job, resolution, strata);
      const slices = percents.map((_, i) => waveSlice(percents, i + 1));
      waveTotals = await this.targets.countSlices(this.dataSource, job, slices);
    }
    return {
      total,
      waveTotals,
      resolvedAt: new Date(page.resolvedAt),
      unknownGroupIds: [...unknownGroupIds],
      guarded: [...guarded].sort(),
    };
  }

  private ask(job: Job, before: ResolvedTargets | null): Promise<ResolvedTargets> {
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

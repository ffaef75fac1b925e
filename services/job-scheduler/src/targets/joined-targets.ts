import { Injectable, Logger } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { FLEET_RPC, RESULT_RPC, type ResolvedTargets, waveOf } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { approvalForReach } from '../approval/approval.js';
import { LOOKUP_TIMEOUT_MS } from '../catalogue/lookup-timeout.js';
import { approvalPolicy, JobSchedulerConfig } from '../config/job-scheduler.config.js';
import { attemptsOf } from '../jobs/attempts.js';
import type { Job } from '../jobs/job.js';
import { JobEngine } from '../jobs/job-engine.js';
import { timeoutLimits } from '../jobs/timeouts.js';
import { Obstacles } from '../rollout/obstacles.js';
import { isPaced } from '../rollout/pace.js';
import { percentsOf } from '../rollout/rollout.js';
import { grownTooLarge } from './confirmation.js';
import { decideJoined } from './decide-joined.js';
import { removedGroups } from './removed-groups.js';
import { TargetsRepository } from './targets.repository.js';

/** Takes on who joins a group of a job after its start, where that was ordered. */
@Injectable()
export class JoinedTargets {
  private readonly logger = new Logger(JoinedTargets.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly rpc: RpcClient,
    private readonly targets: TargetsRepository,
    private readonly obstacles: Obstacles,
    private readonly engine: JobEngine,
    private readonly audit: AuditLog,
    private readonly config: JobSchedulerConfig,
  ) {}

  /**
   * Right in any order, and however often: who is a target is asked of fleet. Result makes the executions first, so that no agent reports on
   * one that is not there; if this process dies in between, the event comes again.
   */
  async follow(job: Job, joined: readonly string[]): Promise<void> {
    const obstacle = await this.obstacles.ofVersion(job.versionId);
    if (obstacle.withdrawn || obstacle.untrusted !== null || new Date() >= job.expiresAt) return;
    const found = await this.ask(job, await this.targets.strangers(this.dataSource, job, joined));
    if (found.targets.length === 0) return;
    const refusal = this.refusal(job, found);
    if (refusal !== null) return this.refuse(job, found.targets.length, refusal);
    const percents = percentsOf(job);
    const answer = await this.rpc.call(
      RESULT_RPC.join,
      {
        jobId: job.id,
        run: job.run,
        released: job.rolloutState?.released ?? percents.length,
        attempts: attemptsOf(job),
        timeouts: timeoutLimits(job),
        ...(isPaced(job) && { paced: true }),
        reach: { groups: [...job.groups], computers: [...job.computers], category: job.category },
        targets: found.targets.map(({ covered: _covered, ...target }) => ({
          ...target,
          wave: waveOf(job.id, target.computerId, percents),
        })),
      },
      { timeoutMs: LOOKUP_TIMEOUT_MS },
    );
    const answered = found.targets.filter(({ computerId }) => answer.open.includes(computerId));
    // another replica may have taken on some of them since
    let open = answered;
    await this.engine.advance(
      job.id,
      (before, now) => decideJoined(before, { ...answer, run: job.run, open: open.length }, now, obstacle),
      async (sql, { changed }) => {
        if (!changed) return;
        await this.targets.addJoined(sql, job, open, !isPaced(job));
        const details = { computers: open.length, total: answer.total };
        await this.audit.record(sql, { action: 'job.targetsJoined', object: { type: 'job', id: job.id }, details });
      },
      async (sql) => {
        const ids = answered.map(({ computerId }) => computerId);
        const strangers = new Set(await this.targets.strangers(sql, job, ids));
        open = answered.filter(({ computerId }) => strangers.has(computerId));
      },
    );
  }

  /** Those of the computers that are members of the job's groups, fit its filter and are not excluded. */
  private async ask(job: Job, among: readonly string[]): Promise<ResolvedTargets> {
    if (among.length === 0)
      return { resolvedAt: '', targets: [], after: null, unknownGroupIds: [], reachedGuarded: [] };
    const found = await this.rpc.call(
      FLEET_RPC.targetsResolve,
      {
        groupIds: [...job.groupIds],
        computerIds: [],
        excludeGroupIds: [...job.excludeGroupIds],
        excludeComputerIds: [...job.excludeComputers],
        among: [...among],
        limit: among.length,
        guardedGroups: [...approvalPolicy(this.config).groups],
        ...(job.filter !== null && { filter: job.filter }),
      },
      { timeoutMs: LOOKUP_TIMEOUT_MS },
    );
    return { ...found, targets: found.targets.filter(({ covered }) => covered) };
  }

  /** Why these are not taken on: nobody has agreed to so many, or to such; null when somebody has. */
  private refusal(job: Job, { targets, reachedGuarded, unknownGroupIds }: ResolvedTargets): string | null {
    if (removedGroups(job, unknownGroupIds).excluded.length > 0)
      return 'an excluded group was deleted: nobody knows any more who must be spared';
    const total = (job.total ?? 0) + targets.length;
    const approval = approvalForReach(job, { total, guarded: reachedGuarded }, approvalPolicy(this.config));
    return approval?.reason ?? grownTooLarge(total, job.mostTargets);
  }

  private async refuse(job: Job, computers: number, reason: string): Promise<void> {
    this.logger.warn({ jobId: job.id, computers, reason }, 'computers that joined a group were not taken on by a job');
    const details = { computers, reason };
    await this.audit.record(this.dataSource, {
      action: 'job.joinersRefused',
      object: { type: 'job', id: job.id },
      details,
    });
  }
}

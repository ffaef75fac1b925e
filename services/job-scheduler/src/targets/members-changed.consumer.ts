import { Controller } from '@nestjs/common';
import { EVENTS, FLEET_RPC, GroupMembersChanged } from '@waybill/contracts';
import { EventHandler, RETRY, RpcClient, type Verdict } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { LOOKUP_TIMEOUT_MS } from '../catalogue/lookup-timeout.js';
import type { Job } from '../jobs/job.js';
import { JobEngine } from '../jobs/job-engine.js';
import { JobsRepository } from '../jobs/jobs.repository.js';
import { decideLeft } from './decide-left.js';
import { TargetsRepository } from './targets.repository.js';

/** Between fleet's clock and ours. */
const CLOCKS_DIFFER_MS = 60_000;

/** Follows who leaves the groups of open jobs: a computer that does no longer reads the group's stream. */
@Controller()
export class MembersChangedConsumer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly rpc: RpcClient,
    private readonly jobs: JobsRepository,
    private readonly targets: TargetsRepository,
    private readonly engine: JobEngine,
  ) {}

  /** Idempotent, and right in any order: who is a target still is asked of fleet, whatever the event says. */
  @EventHandler({ event: EVENTS.groupMembersChanged, queue: 'job-scheduler.members', type: GroupMembersChanged })
  async changed({ groupId, left, at }: GroupMembersChanged): Promise<Verdict | void> {
    if (left.length === 0) return;
    const since = new Date(Date.parse(at) - CLOCKS_DIFFER_MS);
    const jobs = await this.jobs.underWayOfGroup(this.dataSource, groupId, since);
    for (const job of jobs) if (job.phase === 'released') await this.follow(job, left);
    // those that are being started may have read the group before; they are looked at when they have
    if (jobs.some(({ phase, finishedAt }) => phase !== 'released' && !finishedAt)) return RETRY;
  }

  private async follow(job: Job, left: readonly string[]): Promise<void> {
    const concerned = await this.targets.among(this.dataSource, job, left);
    if (concerned.length === 0) return;
    const { targets } = await this.rpc.call(
      FLEET_RPC.targetsResolve,
      {
        groupIds: [...job.groupIds],
        computerIds: concerned.filter((id) => job.computers.includes(id)),
        excludeGroupIds: [],
        excludeComputerIds: [],
        among: concerned,
        limit: concerned.length,
      },
      { timeoutMs: LOOKUP_TIMEOUT_MS },
    );
    const still = new Set(targets.map(({ computerId }) => computerId));
    const gone = concerned.filter((id) => !still.has(id));
    await this.engine.advance(
      job.id,
      (before) => decideLeft(before, { run: job.run, gone, still: [...still] }),
      async (sql, { job: after, changed }) => {
        // by name or by another group: that group's stream may not have carried all that this one's did
        await this.targets.markByInbox(sql, job, [...still]);
        if (changed && !after.finishedAt) await this.targets.remove(sql, job, gone);
      },
    );
  }
}

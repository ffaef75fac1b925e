import { Injectable } from '@nestjs/common';
import { FLEET_RPC } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { LOOKUP_TIMEOUT_MS } from '../catalogue/lookup-timeout.js';
import type { Job } from '../jobs/job.js';
import { JobEngine } from '../jobs/job-engine.js';
import { decideLeft } from './decide-left.js';
import { TargetsRepository } from './targets.repository.js';

/** Follows who leaves a group of a job: it no longer reads the group's stream. */
@Injectable()
export class LeftTargets {
  constructor(
    private readonly dataSource: DataSource,
    private readonly rpc: RpcClient,
    private readonly targets: TargetsRepository,
    private readonly engine: JobEngine,
  ) {}

  /** Right in any order, and however often: who is a target still is asked of fleet. */
  async follow(job: Job, left: readonly string[]): Promise<void> {
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

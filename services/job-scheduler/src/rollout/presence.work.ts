import { Injectable } from '@nestjs/common';
import { FLEET_RPC, RESULT_RPC } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import type { Job } from '../jobs/job.js';
import { JobEngine } from '../jobs/job-engine.js';
import { JobsRepository } from '../jobs/jobs.repository.js';
import { type RenewLease, type TimedWork, WORK_RPC_TIMEOUT_MS } from '../timers/work-lease.js';
import { decidePresence } from './decide-presence.js';
import { Obstacles } from './obstacles.js';
import { SILENCE_MS } from './pace.js';

/** Asks result who is at work and fleet which of them are gone, for jobs that wait for some to finish before they tell others. */
@Injectable()
export class PresenceWork implements TimedWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly rpc: RpcClient,
    private readonly jobs: JobsRepository,
    private readonly engine: JobEngine,
    private readonly obstacles: Obstacles,
  ) {}

  async run(jobId: string, renew: RenewLease): Promise<void> {
    const job = await this.jobs.find(this.dataSource, jobId);
    const limit = job?.rolloutState?.pace ? job.rollout?.maxInFlight : undefined;
    const offline = job && limit !== undefined ? await this.offline(job, limit, renew) : 0;
    const run = job?.run ?? 0;
    const obstacle = await this.obstacles.ofJob(jobId);
    await this.engine.advance(jobId, (before, now) => decidePresence(before, { run, offline }, now, obstacle));
  }

  /** How many of those at work have not been connected for a minute. */
  private async offline({ id, run }: Job, limit: number, renew: RenewLease): Promise<number> {
    const options = { timeoutMs: WORK_RPC_TIMEOUT_MS };
    const { computerIds } = await this.rpc.call(RESULT_RPC.atWork, { jobId: id, run, limit }, options);
    if (computerIds.length === 0) return 0;
    await renew();
    const request = { groupIds: [], computerIds, excludeGroupIds: [], excludeComputerIds: [], limit };
    const { targets, resolvedAt } = await this.rpc.call(FLEET_RPC.targetsResolve, request, options);
    const since = Date.parse(resolvedAt) - SILENCE_MS;
    return targets.filter(({ online, lastSeenAt }) => !online && Date.parse(lastSeenAt ?? resolvedAt) <= since).length;
  }
}

import { Injectable } from '@nestjs/common';
import { RESULT_RPC, type ReopenedExecutions, WaybillError } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { noted } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';
import { JobEngine } from '../jobs/job-engine.js';
import { JobsRepository } from '../jobs/jobs.repository.js';
import { Obstacles } from '../rollout/obstacles.js';
import { type RenewLease, type TimedWork, WORK_RPC_TIMEOUT_MS } from '../timers/work-lease.js';
import { decideReopened, type Reopened } from './decide-reopened.js';
import { type Reexecution, ReexecutionsRepository } from './reexecutions.repository.js';

/**
 * Carries an accepted re-execution out: result reopens (the same however often it is asked, by the request's id), then the
 * commands leave. Runs in the request itself and, if that is interrupted anywhere, from its timer.
 */
@Injectable()
export class ReexecuteWork implements TimedWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly rpc: RpcClient,
    private readonly engine: JobEngine,
    private readonly jobs: JobsRepository,
    private readonly reexecutions: ReexecutionsRepository,
    private readonly obstacles: Obstacles,
  ) {}

  async run(jobId: string, renew: RenewLease): Promise<void> {
    const job = await this.jobs.find(this.dataSource, jobId);
    const pending = job?.reexecution && (await this.reexecutions.find(this.dataSource, job.reexecution.requestId));
    if (job && pending) return this.carryOut(job, pending, renew);
    // The work was done by somebody else; only its timer is left.
    await this.engine.advance(jobId, (now) =>
      noted(now, {}, now.reexecution ? [] : [{ kind: 'clearTimers', timers: ['reexecute'] }]),
    );
  }

  async carryOut(job: Job, request: Reexecution, renew: RenewLease): Promise<void> {
    const { computers, failed } = await this.reopen(job, request, renew);
    const { requestId } = request;
    const obstacle = await this.obstacles.ofJob(job.id);
    await this.engine.advance(
      job.id,
      (before, now) => decideReopened(before, { requestId, computers, failed, obstacle }, now),
      async (sql, decision, now) => {
        if (decision.changed) await this.reexecutions.done(sql, requestId, computers.length, now);
      },
    );
  }

  private async reopen(
    job: Job,
    request: Reexecution,
    renew: RenewLease,
  ): Promise<Pick<Reopened, 'computers' | 'failed'>> {
    const computers: string[] = [];
    let failed = 0;
    let after: string | null = null;
    do {
      if (after) await renew();
      const page = await this.ask(job, request, after);
      computers.push(...page.computerIds);
      ({ after, failed } = page);
    } while (after);
    return { computers, failed };
  }

  private async ask(job: Job, request: Reexecution, after: string | null): Promise<ReopenedExecutions> {
    const { requestId, only, attempt } = request;
    try {
      return await this.rpc.call(
        RESULT_RPC.reopen,
        {
          requestId,
          jobId: job.id,
          run: job.run,
          only,
          attempt,
          ...(request.computers ? { computers: request.computers } : {}),
          ...(request.filter === null ? {} : { filter: request.filter }),
          ...(after ? { after } : {}),
        },
        { timeoutMs: WORK_RPC_TIMEOUT_MS },
      );
    } catch (error) {
      // A job that was closed before it had executions: there is nobody to reopen.
      if (error instanceof WaybillError && error.kind === 'notFound')
        return { total: 0, failed: 0, computerIds: [], after: null };
      throw error;
    }
  }
}

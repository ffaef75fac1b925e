import { Controller } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import {
  conflict,
  coversJob,
  JOB_RPC,
  type Reexecuted,
  ReexecuteJobRequest,
  RESULT_RPC,
  type ReexecuteOnly,
} from '@waybill/contracts';
import { requestActor, requestLimits, RpcClient, RpcHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { attemptAfter } from '../jobs/attempts.js';
import { LOOKUP_TIMEOUT_MS } from '../catalogue/lookup-timeout.js';
import type { Job } from '../jobs/job.js';
import { jobNotFound, JobEngine } from '../jobs/job-engine.js';
import { waitsForApproval } from '../approval/approval.js';
import { demandJob } from '../jobs/job-limits.js';
import { JobsRepository } from '../jobs/jobs.repository.js';
import { TimersRepository } from '../timers/timers.repository.js';
import { LEASE_MS } from '../timers/work-lease.js';
import { Obstacles } from '../rollout/obstacles.js';
import { versionUntrusted, versionWithdrawn } from '../jobs/untrusted.js';
import { checkOnly } from './check-only.js';
import { decideReexecute } from './decide-reexecute.js';
import { ReexecuteWork } from './reexecute.work.js';
import { type Reexecution, ReexecutionsRepository } from './reexecutions.repository.js';

@Controller()
export class ReexecuteJobHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly engine: JobEngine,
    private readonly audit: AuditLog,
    private readonly jobs: JobsRepository,
    private readonly timers: TimersRepository,
    private readonly reexecutions: ReexecutionsRepository,
    private readonly work: ReexecuteWork,
    private readonly obstacles: Obstacles,
    private readonly rpc: RpcClient,
  ) {}

  /**
   * Starts a new attempt for the executions that are final and match. Once it is accepted it happens, even if this answer is lost:
   * the same `requestId` asks for the outcome.
   * @throws WaybillError notFound `job.notFound`; conflict `job.wrongState`, `job.reexecutionPending`, `job.requestReused`, `version.untrusted`,
   * `job.approvalMissing`; forbidden `permission.required` where it would let the job go on;
   * precondition `precondition.failed`; invalid `request.invalid`; unavailable when result is away (it is carried out when it is back)
   */
  @RpcHandler(JOB_RPC.reexecute, ReexecuteJobRequest)
  async reexecute(request: ReexecuteJobRequest): Promise<Reexecuted> {
    const only = checkOnly(request.only);
    const job = await this.jobs.find(this.dataSource, request.id);
    if (!job) throw jobNotFound(request.id);
    demandJob(job, 'jobs.reexecute');
    if (waitsForApproval(job)) throw conflict('job.approvalMissing', 'The job was never approved: make it anew.');
    if (typeof only === 'object' && 'filter' in only) await this.demandFilter(job, request.requestId, only.filter);
    const accepted =
      (await this.reexecutions.find(this.dataSource, request.requestId)) ?? (await this.accept(request, only));
    if (accepted.jobId !== request.id.toLowerCase()) {
      throw conflict('job.requestReused', `The request id ${request.requestId} was used for another job.`);
    }
    if (accepted.reopened === null) await this.carryOut(accepted);
    const { attempt, reopened } = await this.stored(request.requestId);
    return { attempt: reopened ? attempt : null, computers: reopened ?? 0 };
  }

  /** Result knows what a filter may say; once it is accepted nobody could take it back. @throws WaybillError invalid `filter.*` */
  private async demandFilter({ id, run }: Job, requestId: string, filter: string): Promise<void> {
    const asked = { requestId, jobId: id, run, only: 'filter' as const, filter, attempt: 2, dryRun: true };
    await this.rpc.call(RESULT_RPC.reopen, asked, { timeoutMs: LOOKUP_TIMEOUT_MS });
  }

  /** Stores the request with its timer; from here on it survives this process. */
  private async accept({ id, requestId, revision }: ReexecuteJobRequest, only: ReexecuteOnly): Promise<Reexecution> {
    const { name: actor } = requestActor();
    const { untrusted, withdrawn } = await this.obstacles.ofJob(id);
    try {
      await this.engine.advance(
        id,
        (job, now) => {
          const mayResume = coversJob(requestLimits('jobs.create'), job);
          return decideReexecute(job, { requestId, only, mayResume, revision, leaseMs: LEASE_MS }, now);
        },
        async (sql, { job, changed }, now) => {
          if (!changed) return;
          if (untrusted !== null) throw versionUntrusted(untrusted);
          if (withdrawn) throw versionWithdrawn(job);
          const fresh = await this.reexecutions.add(
            sql,
            { requestId, jobId: job.id, actor, only, attempt: attemptAfter(job) },
            now,
          );
          if (!fresh) throw conflict('job.requestReused', `The request id ${requestId} was used before.`);
          await this.audit.record(sql, {
            action: 'job.reexecuted',
            object: { type: 'job', id: job.id },
            details: { requestId, attempt: attemptAfter(job), ...selection(only) },
          });
        },
      );
    } catch (error) {
      // The same request may have been accepted, and even carried out, between our look and our lock: then it is no mistake.
      const before = await this.reexecutions.find(this.dataSource, requestId);
      if (before) return before;
      throw error;
    }
    return this.stored(requestId);
  }

  private async carryOut(accepted: Reexecution): Promise<void> {
    const job = await this.jobs.find(this.dataSource, accepted.jobId);
    if (!job) throw jobNotFound(accepted.jobId);
    const renew = () => this.timers.move(this.dataSource, { jobId: job.id, kind: 'reexecute' }, LEASE_MS);
    await this.work.carryOut(job, accepted, renew);
  }

  private async stored(requestId: string): Promise<Reexecution> {
    const stored = await this.reexecutions.find(this.dataSource, requestId);
    if (!stored) throw new Error(`re-execution ${requestId} is not stored`);
    return stored;
  }
}

function selection(only: ReexecuteOnly): { only: string } | { computers: string[] } | { filter: string } {
  return typeof only === 'string' ? { only } : only;
}

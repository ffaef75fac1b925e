import { Injectable } from '@nestjs/common';
import { type CreateJob, JOB_RPC, type JobPreview } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import type { JobDetail } from '../jobs/job-detail.js';
import { JobViews } from '../jobs/job-views.service.js';
import { changedOrder } from './changed-order.js';

/** A fleet of hundreds of thousands is counted. */
const PREVIEW_TIMEOUT_MS = 25_000;

/** Orders anew, with changes, what was ordered or kept before; checked exactly like `POST /jobs`. */
@Injectable()
export class OrderAgain {
  constructor(
    private readonly rpc: RpcClient,
    private readonly views: JobViews,
  ) {}

  /** @param id of the new job; a repeated request has the same */
  async order(earlier: CreateJob, changes: Record<string, unknown> | undefined, id: string): Promise<JobDetail> {
    const job = changedOrder(earlier, changes ?? {});
    return this.views.withCounters(await this.rpc.call(JOB_RPC.create, { job, id }));
  }

  preview(earlier: CreateJob, changes: Record<string, unknown> | undefined): Promise<JobPreview> {
    const job = changedOrder(earlier, changes ?? {});
    return this.rpc.call(JOB_RPC.preview, { job }, { timeoutMs: PREVIEW_TIMEOUT_MS });
  }
}

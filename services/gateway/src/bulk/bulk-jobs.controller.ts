import { createHash } from 'node:crypto';
import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { JOB_RPC, type JobView } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import type { RequestWithId } from '@waybill/platform';
import { ResourceId } from '../idempotency/idempotency.interceptor.js';
import { Answers } from '../openapi/answers.js';
import { type BulkJob, BulkJobs, BulkJobsWithReason, BulkReexecute } from './bulk-bodies.js';
import type { BulkItem, BulkJobItem, BulkJobsAnswer, BulkReexecutedAnswer, BulkReexecutedItem } from './bulk.views.js';
import { bulkAnswer, eachItem } from './each-item.js';

/** Re-execution of a large job touches many rows. */
const REEXECUTE_TIMEOUT_MS = 30_000;
const DONE = 'What became of each, also when none could be done.';

/**
 * Actions on up to 100 jobs. Each job is acted on as by its own request: it has its own audit entry, and one that is refused stops no other.
 */
@ApiTags('jobs')
@Controller('jobs/actions')
export class BulkJobsController {
  constructor(private readonly rpc: RpcClient) {}

  /** As `POST /jobs/{id}/actions/pause`, for each. */
  @Post('pause')
  @HttpCode(207)
  @Answers(207, 'BulkJobsAnswer', DONE)
  pause(@Body() { jobs, ...order }: BulkJobsWithReason, @Req() request: RequestWithId): Promise<BulkJobsAnswer> {
    return this.actOn(jobs, request, (job) => this.rpc.call(JOB_RPC.pause, { ...job, ...order }));
  }

  /** As `POST /jobs/{id}/actions/resume`, for each. */
  @Post('resume')
  @HttpCode(207)
  @Answers(207, 'BulkJobsAnswer', DONE)
  resume(@Body() { jobs }: BulkJobs, @Req() request: RequestWithId): Promise<BulkJobsAnswer> {
    return this.actOn(jobs, request, (job) => this.rpc.call(JOB_RPC.resume, { ...job }));
  }

  /** As `POST /jobs/{id}/actions/cancel`, for each. */
  @Post('cancel')
  @HttpCode(207)
  @Answers(207, 'BulkJobsAnswer', DONE)
  cancel(@Body() { jobs, ...order }: BulkJobsWithReason, @Req() request: RequestWithId): Promise<BulkJobsAnswer> {
    return this.actOn(jobs, request, (job) => this.rpc.call(JOB_RPC.cancel, { ...job, ...order }));
  }

  /** As `POST /jobs/{id}/actions/approve`, for each. */
  @Post('approve')
  @HttpCode(207)
  @Answers(207, 'BulkJobsAnswer', DONE)
  approve(@Body() { jobs }: BulkJobs, @Req() request: RequestWithId): Promise<BulkJobsAnswer> {
    return this.actOn(jobs, request, (job) => this.rpc.call(JOB_RPC.approve, { ...job }));
  }

  /** As `POST /jobs/{id}/actions/re-execute`, for each. A repetition with the same `Idempotency-Key` starts no second attempt. */
  @Post('re-execute')
  @HttpCode(207)
  @Answers(207, 'BulkReexecutedAnswer', DONE)
  async reexecute(
    @Body() { jobs, only }: BulkReexecute,
    @Req() request: RequestWithId,
    @ResourceId() id: string,
  ): Promise<BulkReexecutedAnswer> {
    const items = await eachItem<BulkJob, Omit<BulkReexecutedItem, keyof BulkItem>>(
      jobs,
      request.id ?? '',
      async (job) => {
        const order = { ...job, only, requestId: requestIdOf(id, job.id) };
        const { attempt, computers } = await this.rpc.call(JOB_RPC.reexecute, order, {
          timeoutMs: REEXECUTE_TIMEOUT_MS,
        });
        return { id: job.id, attempt, computers };
      },
      (job) => ({ id: job.id, attempt: null, computers: 0 }),
    );
    return bulkAnswer(items);
  }

  private async actOn(
    jobs: readonly BulkJob[],
    request: RequestWithId,
    act: (job: BulkJob) => Promise<JobView>,
  ): Promise<BulkJobsAnswer> {
    const items = await eachItem<BulkJob, Omit<BulkJobItem, keyof BulkItem>>(
      jobs,
      request.id ?? '',
      async (job) => {
        const { status, statusReason, revision } = await act(job);
        return { id: job.id, job: { status, statusReason, revision } };
      },
      (job) => ({ id: job.id, job: null }),
    );
    return bulkAnswer(items);
  }
}

/** Id of the part of a request that is about one job: the same whenever the request is repeated. */
function requestIdOf(request: string, job: string): string {
  const bytes = createHash('sha256').update(`${request}:${job.toLowerCase()}`).digest('hex');
  // a UUID of version 8: its content is ours (RFC 9562)
  return `${bytes.slice(0, 8)}-${bytes.slice(8, 12)}-8${bytes.slice(13, 16)}-8${bytes.slice(17, 20)}-${bytes.slice(20, 32)}`;
}

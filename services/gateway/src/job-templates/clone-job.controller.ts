import { Body, Controller, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { JOB_RPC, type JobPreview } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import type { Response } from 'express';
import { Flag } from '../http/flag.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { ResourceId } from '../idempotency/idempotency.interceptor.js';
import type { JobDetail } from '../jobs/job-detail.js';
import { Answers, Problems } from '../openapi/answers.js';
import { OrderChanges } from './changes.decorators.js';
import { OrderAgain } from './order-again.js';

@ApiTags('jobs')
@Controller('jobs')
export class CloneJobController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly again: OrderAgain,
  ) {}

  /**
   * Orders anew what was ordered when this job was made, with changes. The clone is a job of its own: it is checked, resolved and approved as any other.
   * Moments (`startAt`, `installAt`, `expiresAt`) that the job was ordered with are not taken over, nor is `recurrence`: the changes must say each of them, or `null`.
   */
  @Post(':id/actions/clone')
  @OrderChanges()
  @Answers(200, 'JobPreview', 'With `dryRun=true`: what the clone would mean.')
  @Answers(201, 'JobDetail', 'The new job.')
  @Problems('job.notFound', 'job.orderUnknown', 'job.invalid')
  async clone(
    @Param('id', IdPipe) id: string,
    @Body() changes: Record<string, unknown> | undefined,
    @Flag('dryRun') dryRun: boolean,
    @ResourceId() newId: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JobDetail | JobPreview> {
    const { job } = await this.rpc.call(JOB_RPC.order, { id });
    if (!dryRun) return this.again.order(job, changes, newId);
    response.status(200);
    return this.again.preview(job, changes);
  }
}

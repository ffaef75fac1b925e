import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiQuery, ApiTags, getSchemaPath } from '@nestjs/swagger';
import {
  CancelJob,
  CreateJob,
  JOB_RPC,
  type JobPreview,
  PauseJob,
  type JobRpc,
  type Page,
  type PageQuery,
  type Reexecuted,
} from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import type { Response } from 'express';
import { Flag } from '../http/flag.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { IfMatch } from '../http/if-match.decorator.js';
import { ListQuery } from '../http/list-query.decorator.js';
import { ResourceId } from '../idempotency/idempotency.interceptor.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery } from '../openapi/list-query.docs.js';
import type { JobDetail } from './job-detail.js';
import { JOB_EXAMPLES } from './job.examples.js';
import { JobViews } from './job-views.service.js';
import { ReexecuteJob } from './reexecute-body.js';

/** A fleet of hundreds of thousands is counted. */
const PREVIEW_TIMEOUT_MS = 25_000;
/** Re-execution of a large job touches many rows. */
const REEXECUTE_TIMEOUT_MS = 30_000;

@ApiTags('jobs')
@ApiExtraModels(CreateJob)
@Controller('jobs')
export class JobsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly views: JobViews,
  ) {}

  /**
   * Orders a package version for groups and computers, at once or at a set moment. With `dryRun=true` nothing is made: the answer says whom
   * the job would reach now, on which platforms, in which waves, and how many bytes would travel.
   */
  @Post()
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean, description: 'only say what the job would mean' })
  @ApiBody({ required: true, schema: { $ref: getSchemaPath(CreateJob) }, examples: JOB_EXAMPLES })
  @Answers(200, 'JobPreview', 'With `dryRun=true`: what the job would mean.')
  @Answers(201, 'JobDetail', 'The job; nothing is sent before its start.')
  @Problems('job.invalid')
  async create(
    @Body() job: CreateJob,
    @Flag('dryRun') dryRun: boolean,
    @ResourceId() id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JobDetail | JobPreview> {
    if (dryRun) {
      response.status(200);
      return this.rpc.call(JOB_RPC.preview, { job }, { timeoutMs: PREVIEW_TIMEOUT_MS });
    }
    return this.views.withCounters(await this.rpc.call(JOB_RPC.create, { job, id }));
  }

  @Get()
  @ApiListQuery('id, name, status, series, package, version, action, createdAt, startsAt, createdBy')
  @Answers(200, 'Page<JobDetail>', 'One page of jobs, newest first.')
  list(@ListQuery() query: PageQuery): Promise<Page<JobDetail>> {
    return this.views.list(query);
  }

  /** The job with its document, status, counters and waves. */
  @Get(':id')
  @Answers(200, 'JobDetail', 'The job.')
  @Problems('job.notFound')
  get(@Param('id', IdPipe) id: string): Promise<JobDetail> {
    return this.views.get(id);
  }

  /** Lets a job start that waits for somebody other than its maker, or the next wave go that waits for a person. */
  @Post(':id/actions/approve')
  @HttpCode(200)
  @Answers(200, 'JobDetail', 'The approved job.')
  @Problems('job.notFound', 'job.wrongState', 'job.approvalNotNeeded', 'job.approvalBySelf', 'precondition.failed')
  async approve(@Param('id', IdPipe) id: string, @IfMatch() revision?: number): Promise<JobDetail> {
    return this.views.withCounters(await this.rpc.call(JOB_RPC.approve, { id, ...guard(revision) }));
  }

  /** Nothing more is sent, and computers that have not begun installing wait; whoever has begun finishes. */
  @Post(':id/actions/pause')
  @HttpCode(200)
  @Answers(200, 'JobDetail', 'The paused job.')
  @Problems('job.notFound', 'job.wrongState', 'precondition.failed')
  async pause(
    @Param('id', IdPipe) id: string,
    @Body() body: PauseJob,
    @IfMatch() revision?: number,
  ): Promise<JobDetail> {
    return this.views.withCounters(await this.rpc.call(JOB_RPC.pause, { id, ...body, ...guard(revision) }));
  }

  /** Lets a job go on that was paused or has halted: the gate that halted it is waived, and what had failed by then does not stop it again. */
  @Post(':id/actions/resume')
  @HttpCode(200)
  @Answers(200, 'JobDetail', 'The resumed job.')
  @Problems('job.notFound', 'job.wrongState', 'version.untrusted', 'version.withdrawn', 'precondition.failed')
  async resume(@Param('id', IdPipe) id: string, @IfMatch() revision?: number): Promise<JobDetail> {
    return this.views.withCounters(await this.rpc.call(JOB_RPC.resume, { id, ...guard(revision) }));
  }

  /**
   * Whatever has not begun installing is canceled; whatever has, finishes and is reported truthfully. Whoever cancels a run of a recurring job, the one that waits
   * or one that is under way, ends the recurring job: no further run follows, unless the body says `followingRuns` `keep`.
   */
  @Post(':id/actions/cancel')
  @HttpCode(200)
  @Answers(200, 'JobDetail', 'The canceled job.')
  @Problems('job.notFound', 'job.wrongState', 'precondition.failed')
  async cancel(
    @Param('id', IdPipe) id: string,
    @Body() body: CancelJob,
    @IfMatch() revision?: number,
  ): Promise<JobDetail> {
    const request: JobRpc[typeof JOB_RPC.cancel]['request'] = {
      id,
      ...body,
      ...guard(revision),
    };
    return this.views.withCounters(await this.rpc.call(JOB_RPC.cancel, request));
  }

  /** Starts a new attempt for the computers whose execution is final and matches; never for those still running. */
  @Post(':id/actions/re-execute')
  @HttpCode(200)
  @Answers(200, 'Reexecuted', 'The number of the new attempt and of the computers it concerns.')
  @Problems(
    'job.notFound',
    'job.wrongState',
    'job.archived',
    'job.reexecutionPending',
    'job.approvalMissing',
    'version.untrusted',
    'version.withdrawn',
    'precondition.failed',
  )
  reexecute(
    @Param('id', IdPipe) id: string,
    @Body() body: ReexecuteJob,
    @ResourceId() requestId: string,
    @IfMatch() revision?: number,
  ): Promise<Reexecuted> {
    const request = { id, only: body.only, requestId, ...guard(revision) };
    return this.rpc.call(JOB_RPC.reexecute, request, { timeoutMs: REEXECUTE_TIMEOUT_MS });
  }
}

const guard = (revision: number | undefined) => (revision === undefined ? {} : { revision });

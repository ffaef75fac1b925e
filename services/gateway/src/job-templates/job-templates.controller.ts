import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  CreateJobTemplate,
  type JobPreview,
  type JobTemplateView,
  type Page,
  type PageQuery,
  TEMPLATE_RPC,
  UpdateJobTemplate,
} from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import type { Response } from 'express';
import { Flag } from '../http/flag.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { IfMatch } from '../http/if-match.decorator.js';
import { ListQuery } from '../http/list-query.decorator.js';
import { ResourceId } from '../idempotency/idempotency.interceptor.js';
import type { JobDetail } from '../jobs/job-detail.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery } from '../openapi/list-query.docs.js';
import { OrderChanges } from './changes.decorators.js';
import { OrderAgain } from './order-again.js';

/** Orders that are kept to be given again and again. */
@ApiTags('job templates')
@Controller('job-templates')
export class JobTemplatesController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly again: OrderAgain,
  ) {}

  /** Keeps an order, checked like one that is given; moments (`startAt`, `installAt`, `expiresAt`) are given with each run instead. */
  @Post()
  @Answers(201, 'JobTemplateView', 'The template; nothing is ordered.')
  @Problems('jobTemplate.invalid')
  create(@Body() template: CreateJobTemplate, @ResourceId() id: string): Promise<JobTemplateView> {
    return this.rpc.call(TEMPLATE_RPC.create, { id, template });
  }

  @Get()
  @ApiListQuery('id, name, package, createdAt, createdBy')
  @Answers(200, 'Page<JobTemplateView>', 'One page of templates, by name.')
  list(@ListQuery() query: PageQuery): Promise<Page<JobTemplateView>> {
    return this.rpc.call(TEMPLATE_RPC.list, query);
  }

  @Get(':id')
  @Answers(200, 'JobTemplateView', 'The template.')
  @Problems('jobTemplate.notFound')
  get(@Param('id', IdPipe) id: string): Promise<JobTemplateView> {
    return this.rpc.call(TEMPLATE_RPC.get, { id });
  }

  /** Replaces the name, or the whole order; jobs that were made from the template stay as they are. */
  @Patch(':id')
  @Answers(200, 'JobTemplateView', 'The changed template.')
  @Problems('jobTemplate.notFound', 'jobTemplate.invalid', 'precondition.failed')
  update(
    @Param('id', IdPipe) id: string,
    @Body() changes: UpdateJobTemplate,
    @IfMatch() revision?: number,
  ): Promise<JobTemplateView> {
    return this.rpc.call(TEMPLATE_RPC.update, { id, changes, ...(revision === undefined ? {} : { revision }) });
  }

  @Delete(':id')
  @HttpCode(204)
  @Answers(204, null, 'Removed; jobs that were made from it stay.')
  @Problems('jobTemplate.notFound')
  async remove(@Param('id', IdPipe) id: string): Promise<void> {
    await this.rpc.call(TEMPLATE_RPC.remove, { id });
  }

  /** Orders what the template says, with changes; checked exactly like `POST /jobs`, at this moment. */
  @Post(':id/actions/run')
  @OrderChanges()
  @Answers(200, 'JobPreview', 'With `dryRun=true`: what the job would mean.')
  @Answers(201, 'JobDetail', 'The new job.')
  @Problems('jobTemplate.notFound', 'job.invalid')
  async run(
    @Param('id', IdPipe) id: string,
    @Body() changes: Record<string, unknown> | undefined,
    @Flag('dryRun') dryRun: boolean,
    @ResourceId() newId: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JobDetail | JobPreview> {
    const { job } = await this.rpc.call(TEMPLATE_RPC.get, { id });
    if (!dryRun) return this.again.order(job, changes, newId);
    response.status(200);
    return this.again.preview(job, changes);
  }
}

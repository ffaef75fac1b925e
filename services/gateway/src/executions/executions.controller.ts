import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type ExecutionView, type Page, type PageQuery, RESULT_RPC } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { IdPipe } from '../http/id.pipe.js';
import { ListQuery } from '../http/list-query.decorator.js';
import { JobViews } from '../jobs/job-views.service.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery } from '../openapi/list-query.docs.js';
import type { ExecutionDetail } from './executions.views.js';

const EXECUTION_FIELDS = 'computerId, computerName, status, reason, attempt, exitCode, updatedAt';

@ApiTags('executions')
@Controller('jobs/:id')
export class ExecutionsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly jobs: JobViews,
  ) {}

  /** One execution per computer, e.g. `?filter=status==failed`. */
  @Get('executions')
  @ApiListQuery(EXECUTION_FIELDS)
  @Answers(200, 'Page<ExecutionView>', 'One page of executions.')
  @Problems('job.notFound', 'job.archived')
  async list(@Param('id', IdPipe) id: string, @ListQuery() query: PageQuery): Promise<Page<ExecutionView>> {
    const page = await this.rpc.call(RESULT_RPC.list, { jobId: id, ...query });
    // A job without executions and a job that does not exist look alike to the result service.
    if (page.items.length === 0) await this.jobs.get(id);
    return page;
  }

  /** One computer's execution with every attempt: steps, reason, exit code, log tail. */
  @Get('executions/:computerId')
  @Answers(200, 'ExecutionDetail', 'The execution.')
  @Problems('execution.notFound', 'job.archived')
  get(@Param('id', IdPipe) jobId: string, @Param('computerId', IdPipe) computerId: string): Promise<ExecutionDetail> {
    return this.rpc.call(RESULT_RPC.get, { jobId, computerId });
  }
}

import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Query } from '@nestjs/common';
import { ApiQuery, ApiTags } from '@nestjs/swagger';
import {
  type ComputerView,
  type ExecutionView,
  FLEET_RPC,
  JOB_RPC,
  type Page,
  type PageQuery,
  RESULT_RPC,
  type SoftwareView,
  UpdateComputer,
  WaybillError,
} from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { IdPipe } from '../http/id.pipe.js';
import { IfMatch } from '../http/if-match.decorator.js';
import { ListQuery } from '../http/list-query.decorator.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery, COMPUTER_FILTER } from '../openapi/list-query.docs.js';
import { explain, type Explanation } from './explain.js';

@ApiTags('computers')
@Controller('computers')
export class ComputersController {
  constructor(private readonly rpc: RpcClient) {}

  @Get()
  @ApiListQuery(COMPUTER_FILTER)
  @Answers(200, 'Page<ComputerView>', 'One page of computers.')
  list(@ListQuery() query: PageQuery): Promise<Page<ComputerView>> {
    return this.rpc.call(FLEET_RPC.computerList, query);
  }

  @Get(':id')
  @Answers(200, 'ComputerView', 'The computer with its inventory.')
  @Problems('computer.notFound')
  get(@Param('id', IdPipe) id: string): Promise<ComputerView> {
    return this.rpc.call(FLEET_RPC.computerGet, { id });
  }

  /** Changes name or attributes; with `If-Match` only when nobody else has changed them since. */
  @Patch(':id')
  @Answers(200, 'ComputerView', 'The changed computer.')
  @Problems('computer.notFound', 'computer.attributesInvalid', 'computer.nameInvalid', 'precondition.failed')
  update(
    @Param('id', IdPipe) id: string,
    @Body() changes: UpdateComputer,
    @IfMatch() revision?: number,
  ): Promise<ComputerView> {
    return this.rpc.call(FLEET_RPC.computerUpdate, { id, changes, ...(revision === undefined ? {} : { revision }) });
  }

  /** Removes the computer: its agent can no longer connect, its open executions are canceled. */
  @Delete(':id')
  @HttpCode(204)
  @Answers(204, null, 'Removed.')
  @Problems('computer.notFound')
  async remove(@Param('id', IdPipe) id: string): Promise<void> {
    await this.rpc.call(FLEET_RPC.computerRemove, { id });
  }

  /** Why has this job not done its work on this computer, or has it? Job, execution and connection put into a sentence, with what would help. */
  @Get(':id/explain')
  @ApiQuery({ name: 'job', type: String, format: 'uuid', description: 'id of the job' })
  @Answers(200, 'Explanation', 'What has become of it, and why.')
  @Problems('computer.notFound', 'job.notFound')
  async explain(@Param('id', IdPipe) id: string, @Query('job', IdPipe) jobId: string): Promise<Explanation> {
    // one after the other: of two that are missing, always the same one is named
    const computer = await this.rpc.call(FLEET_RPC.computerGet, { id });
    const job = await this.rpc.call(JOB_RPC.get, { id: jobId });
    const execution = await this.rpc.call(RESULT_RPC.get, { jobId, computerId: id }).catch(withoutExecution);
    return explain({ computer, job, execution });
  }

  /** Everything that was ever ordered for this computer, newest first. */
  @Get(':id/executions')
  @ApiListQuery('jobId, status, reason, attempt, updatedAt')
  @Answers(200, 'Page<ExecutionView>', 'One page of executions.')
  executions(@Param('id', IdPipe) id: string, @ListQuery() query: PageQuery): Promise<Page<ExecutionView>> {
    return this.rpc.call(RESULT_RPC.listOfComputer, { computerId: id, ...query });
  }

  @Get(':id/software')
  @ApiListQuery('name, version, source')
  @Answers(200, 'Page<SoftwareView>', 'One page of installed software.')
  @Problems('computer.notFound')
  software(@Param('id', IdPipe) id: string, @ListQuery() query: PageQuery): Promise<Page<SoftwareView>> {
    return this.rpc.call(FLEET_RPC.computerSoftware, { id, ...query });
  }
}

/** That there is none is an answer, too. */
function withoutExecution(error: unknown): null {
  if (error instanceof WaybillError && error.kind === 'notFound') return null;
  throw error;
}

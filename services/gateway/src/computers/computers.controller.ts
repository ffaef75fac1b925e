import { Body, Controller, Delete, Get, HttpCode, Param, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  type ComputerView,
  type ExecutionView,
  FLEET_RPC,
  type Page,
  type PageQuery,
  RESULT_RPC,
  type SoftwareView,
  UpdateComputer,
} from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { IdPipe } from '../http/id.pipe.js';
import { IfMatch } from '../http/if-match.decorator.js';
import { ListQuery } from '../http/list-query.decorator.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery, COMPUTER_FILTER } from '../openapi/list-query.docs.js';

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

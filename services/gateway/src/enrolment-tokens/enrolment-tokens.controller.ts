import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  CreateEnrolmentToken,
  type EnrolmentTokenView,
  FLEET_RPC,
  type Page,
  type PageQuery,
} from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { IdPipe } from '../http/id.pipe.js';
import { ListQuery } from '../http/list-query.decorator.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery } from '../openapi/list-query.docs.js';
import type { EnrolmentTokenCreated } from './enrolment-tokens.views.js';

@ApiTags('enrolment-tokens')
@Controller('enrolment-tokens')
export class EnrolmentTokensController {
  constructor(private readonly rpc: RpcClient) {}

  /** Makes a token that lets new computers join, with preset groups. */
  @Post()
  @Answers(201, 'EnrolmentTokenCreated', 'The token; its secret is shown this once.')
  @Problems('enrolmentToken.unknownGroup', 'enrolmentToken.tooManyGroups', 'enrolmentToken.expiryInvalid')
  create(@Body() body: CreateEnrolmentToken): Promise<EnrolmentTokenCreated> {
    return this.rpc.call(FLEET_RPC.enrolmentTokenCreate, body);
  }

  @Get()
  @ApiListQuery('createdAt, expiresAt')
  @Answers(200, 'Page<EnrolmentTokenView>', 'One page of tokens, without secrets.')
  list(@ListQuery() query: PageQuery): Promise<Page<EnrolmentTokenView>> {
    return this.rpc.call(FLEET_RPC.enrolmentTokenList, query);
  }

  /** No further computer can join with it; those that joined stay. */
  @Delete(':id')
  @HttpCode(204)
  @Answers(204, null, 'Revoked.')
  @Problems('enrolmentToken.notFound')
  async remove(@Param('id', IdPipe) id: string): Promise<void> {
    await this.rpc.call(FLEET_RPC.enrolmentTokenRemove, { id });
  }
}

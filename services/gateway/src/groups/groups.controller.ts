import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiExtraModels, ApiQuery, ApiTags, getSchemaPath } from '@nestjs/swagger';
import {
  type ComputerView,
  CreateGroup,
  FLEET_RPC,
  type GroupPreview,
  type GroupView,
  type MembersChanged,
  type Page,
  type PageQuery,
  UpdateGroup,
} from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import type { Response } from 'express';
import { Flag } from '../http/flag.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { IfMatch } from '../http/if-match.decorator.js';
import { ListQuery } from '../http/list-query.decorator.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery, COMPUTER_FILTER } from '../openapi/list-query.docs.js';
import { AddMembers, membersFromBody } from './members-body.js';

/** Thousands of members and their notices take longer than a usual request. */
const MANY_TIMEOUT_MS = 30_000;

@ApiTags('groups')
@Controller('groups')
export class GroupsController {
  constructor(private readonly rpc: RpcClient) {}

  /**
   * A static group lists its members; a dynamic group has those computers that fit its filter, which follow what is known of them within
   * seconds. With `dryRun=true` nothing is made: the answer says who would be in a dynamic group.
   */
  @Post()
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean, description: 'only say who would be in it' })
  @Answers(200, 'GroupPreview', 'With `dryRun=true`: who would be in it.')
  @Answers(201, 'GroupView', 'The new group.')
  @Problems(
    'group.exists',
    'group.filterMissing',
    'group.filterUnexpected',
    'group.filterUnsuitable',
    'group.windows',
    'group.previewStatic',
  )
  async create(
    @Body() body: CreateGroup,
    @Flag('dryRun') dryRun: boolean,
    @Res({ passthrough: true }) response: Response,
  ): Promise<GroupView | GroupPreview> {
    if (!dryRun) return this.rpc.call(FLEET_RPC.groupCreate, body, { timeoutMs: MANY_TIMEOUT_MS });
    response.status(200);
    return this.rpc.call(FLEET_RPC.groupPreview, body, { timeoutMs: MANY_TIMEOUT_MS });
  }

  @Get()
  @ApiListQuery('id, name, kind, description, createdAt')
  @Answers(200, 'Page<GroupView>', 'One page of groups.')
  list(@ListQuery() query: PageQuery): Promise<Page<GroupView>> {
    return this.rpc.call(FLEET_RPC.groupList, query);
  }

  @Get(':name')
  @Answers(200, 'GroupView', 'The group.')
  @Problems('group.notFound')
  get(@Param('name') name: string): Promise<GroupView> {
    return this.rpc.call(FLEET_RPC.groupGet, { name });
  }

  /** Changes description, filter or windows; with `If-Match` only when nobody else has changed them since. */
  @Patch(':name')
  @Answers(200, 'GroupView', 'The changed group.')
  @Problems(
    'group.notFound',
    'group.filterUnexpected',
    'group.filterUnsuitable',
    'group.windows',
    'precondition.failed',
  )
  update(@Param('name') name: string, @Body() changes: UpdateGroup, @IfMatch() revision?: number): Promise<GroupView> {
    const request = { name, changes, ...(revision === undefined ? {} : { revision }) };
    return this.rpc.call(FLEET_RPC.groupUpdate, request, { timeoutMs: MANY_TIMEOUT_MS });
  }

  @Delete(':name')
  @HttpCode(204)
  @Answers(204, null, 'Removed; its computers stay.')
  @Problems('group.notFound')
  async remove(@Param('name') name: string): Promise<void> {
    await this.rpc.call(FLEET_RPC.groupRemove, { name });
  }

  @Get(':name/members')
  @ApiListQuery(COMPUTER_FILTER)
  @Answers(200, 'Page<ComputerView>', 'One page of the group’s computers.')
  @Problems('group.notFound')
  members(@Param('name') name: string, @ListQuery() query: PageQuery): Promise<Page<ComputerView>> {
    return this.rpc.call(FLEET_RPC.groupMembersList, { name, ...query });
  }

  /**
   * Adds many computers at once; those that are members already stay members. As JSON, or as CSV with a header line, of which only the column
   * `computerId` counts. All of them join, or none.
   */
  @Post(':name/members')
  @ApiExtraModels(AddMembers)
  @ApiConsumes('application/json', 'text/csv')
  @ApiBody({ required: true, schema: { $ref: getSchemaPath(AddMembers) } })
  @HttpCode(200)
  @Answers(200, 'MembersChanged', 'How many joined and how many are members now.')
  @Problems('group.notFound', 'group.dynamic', 'computer.notFound', 'computer.tooManyGroups')
  addMany(@Param('name') name: string, @Body() body: unknown): Promise<MembersChanged> {
    const request = { name, computers: membersFromBody(body) };
    return this.rpc.call(FLEET_RPC.groupMembersAdd, request, { timeoutMs: MANY_TIMEOUT_MS });
  }

  @Put(':name/members/:computerId')
  @Answers(200, 'MembersChanged', 'The computer is a member.')
  @Problems('group.notFound', 'group.dynamic', 'computer.notFound', 'computer.tooManyGroups')
  add(@Param('name') name: string, @Param('computerId', IdPipe) computerId: string): Promise<MembersChanged> {
    return this.rpc.call(FLEET_RPC.groupMembersAdd, { name, computers: [computerId] });
  }

  @Delete(':name/members/:computerId')
  @HttpCode(204)
  @Answers(204, null, 'The computer is no longer a member.')
  @Problems('group.notFound', 'group.dynamic')
  async removeMember(@Param('name') name: string, @Param('computerId', IdPipe) computerId: string): Promise<void> {
    await this.rpc.call(FLEET_RPC.groupMembersRemove, { name, computers: [computerId] });
  }
}

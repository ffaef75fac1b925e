import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  type ComputerView,
  CreateGroup,
  FLEET_RPC,
  type GroupView,
  type MembersChanged,
  type Page,
  type PageQuery,
} from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { ArrayMaxSize, ArrayUnique, IsArray, IsUUID } from 'class-validator';
import { IdPipe } from '../http/id.pipe.js';
import { ListQuery } from '../http/list-query.decorator.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery } from '../openapi/list-query.docs.js';

/** Thousands of members and their notices take longer than a usual request. */
const MANY_TIMEOUT_MS = 30_000;

/** Body of `POST /groups/{name}/members`. */
export class AddMembers {
  /** ids of computers, at most 5,000 a call */
  @IsArray() @ArrayMaxSize(5000) @ArrayUnique() @IsUUID(undefined, { each: true }) computers: string[];
}

@ApiTags('groups')
@Controller('groups')
export class GroupsController {
  constructor(private readonly rpc: RpcClient) {}

  @Post()
  @Answers(201, 'GroupView', 'The new group.')
  @Problems('group.exists')
  create(@Body() body: CreateGroup): Promise<GroupView> {
    return this.rpc.call(FLEET_RPC.groupCreate, body);
  }

  @Get()
  @ApiListQuery('name, kind, createdAt')
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

  @Delete(':name')
  @HttpCode(204)
  @Answers(204, null, 'Removed; its computers stay.')
  @Problems('group.notFound')
  async remove(@Param('name') name: string): Promise<void> {
    await this.rpc.call(FLEET_RPC.groupRemove, { name });
  }

  @Get(':name/members')
  @ApiListQuery('id, name, os, arch, distribution, online, lastSeenAt, attribute.<key>')
  @Answers(200, 'Page<ComputerView>', 'One page of the group’s computers.')
  @Problems('group.notFound')
  members(@Param('name') name: string, @ListQuery() query: PageQuery): Promise<Page<ComputerView>> {
    return this.rpc.call(FLEET_RPC.groupMembersList, { name, ...query });
  }

  /** Adds many computers at once; those that are members already stay members. */
  @Post(':name/members')
  @HttpCode(200)
  @Answers(200, 'MembersChanged', 'How many joined and how many are members now.')
  @Problems('group.notFound', 'computer.notFound', 'computer.tooManyGroups')
  addMany(@Param('name') name: string, @Body() body: AddMembers): Promise<MembersChanged> {
    return this.rpc.call(
      FLEET_RPC.groupMembersAdd,
      { name, computers: body.computers },
      { timeoutMs: MANY_TIMEOUT_MS },
    );
  }

  @Put(':name/members/:computerId')
  @Answers(200, 'MembersChanged', 'The computer is a member.')
  @Problems('group.notFound', 'computer.notFound', 'computer.tooManyGroups')
  add(@Param('name') name: string, @Param('computerId', IdPipe) computerId: string): Promise<MembersChanged> {
    return this.rpc.call(FLEET_RPC.groupMembersAdd, { name, computers: [computerId] });
  }

  @Delete(':name/members/:computerId')
  @HttpCode(204)
  @Answers(204, null, 'The computer is no longer a member.')
  @Problems('group.notFound')
  async removeMember(@Param('name') name: string, @Param('computerId', IdPipe) computerId: string): Promise<void> {
    await this.rpc.call(FLEET_RPC.groupMembersRemove, { name, computers: [computerId] });
  }
}

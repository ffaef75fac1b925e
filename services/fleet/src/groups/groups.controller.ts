import { Controller } from '@nestjs/common';
import {
  ChangeMembers as ChangeMembersRequest,
  type ComputerView,
  CreateGroup as CreateGroupRequest,
  FLEET_RPC,
  GroupRef,
  type GroupView,
  type MembersChanged,
  MembersListRequest,
  type Page,
  PageQuery,
} from '@waybill/contracts';
import { type MessageContext, RpcHandler } from '@waybill/messaging';
import { keysetPage, type ListSpec } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { COMPUTER_LIST, type ComputerRow, computerView } from '../computers/computer-view.js';
import { ChangeMembers } from './change-members.js';
import { CreateGroup } from './create-group.js';
import { GROUP_COLUMNS, type GroupRow, GroupsRepository, groupView } from './groups.repository.js';
import { RemoveGroup } from './remove-group.js';

const GROUP_LIST: ListSpec = {
  select: GROUP_COLUMNS,
  from: 'groups g',
  fields: {
    id: { sql: 'g.id', type: 'uuid', sortable: true },
    name: { sql: 'g.name', type: 'text', sortable: true },
    kind: { sql: 'g.kind', type: 'enum', values: ['static'] },
    description: { sql: 'g.description', type: 'text' },
    createdAt: { sql: 'g.created_at', type: 'timestamp', sortable: true },
  },
  defaultSort: 'name',
  unique: 'id',
};

const MEMBER_LIST: ListSpec = {
  ...COMPUTER_LIST,
  from: 'memberships gm JOIN computers c ON c.id = gm.computer_id',
  where: 'gm.group_id = $1',
};

@Controller()
export class GroupsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly groups: GroupsRepository,
    private readonly createGroup: CreateGroup,
    private readonly removeGroup: RemoveGroup,
    private readonly changeMembers: ChangeMembers,
  ) {}

  @RpcHandler(FLEET_RPC.groupCreate, CreateGroupRequest)
  create(request: CreateGroupRequest, { message }: MessageContext): Promise<GroupView> {
    return this.createGroup.run(request, message.id);
  }

  @RpcHandler(FLEET_RPC.groupGet, GroupRef)
  get({ name }: GroupRef): Promise<GroupView> {
    return this.groups.view(this.dataSource, name);
  }

  @RpcHandler(FLEET_RPC.groupList, PageQuery)
  async list(query: PageQuery): Promise<Page<GroupView>> {
    const { items, nextCursor } = await keysetPage<GroupRow>(this.dataSource, GROUP_LIST, query);
    return { items: items.map(groupView), nextCursor };
  }

  @RpcHandler(FLEET_RPC.groupRemove, GroupRef)
  async remove({ name }: GroupRef): Promise<Record<string, never>> {
    await this.removeGroup.run(name);
    return {};
  }

  @RpcHandler(FLEET_RPC.groupMembersList, MembersListRequest)
  async members({ name, ...query }: MembersListRequest): Promise<Page<ComputerView>> {
    const { id } = await this.groups.get(this.dataSource, name);
    const { items, nextCursor } = await keysetPage<ComputerRow>(this.dataSource, MEMBER_LIST, query, [id]);
    return { items: items.map(computerView), nextCursor };
  }

  @RpcHandler(FLEET_RPC.groupMembersAdd, ChangeMembersRequest)
  addMembers(request: ChangeMembersRequest): Promise<MembersChanged> {
    return this.changeMembers.add(request);
  }

  @RpcHandler(FLEET_RPC.groupMembersRemove, ChangeMembersRequest)
  removeMembers(request: ChangeMembersRequest): Promise<MembersChanged> {
    return this.changeMembers.remove(request);
  }
}

import { Controller } from '@nestjs/common';
import {
  ChangeMembers as ChangeMembersRequest,
  type ComputerView,
  CreateGroup as CreateGroupRequest,
  FLEET_RPC,
  type GroupPreview,
  GroupRef,
  type GroupView,
  type MembersChanged,
  MembersListRequest,
  type Page,
  PageQuery,
  UpdateGroupRequest,
} from '@waybill/contracts';
import { type MessageContext, RpcHandler } from '@waybill/messaging';
import { keysetPage, type ListSpec } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { COMPUTER_LIST, type ComputerRow, computerView } from '../computers/computer-view.js';
import { PreviewGroup } from '../dynamic-groups/preview-group.query.js';
import { ChangeMembers } from './change-members.js';
import { CreateGroup } from './create-group.js';
import { demandOwn, VISIBLE_COMPUTER } from '../limits/computer-limits.js';
import { demandAllGroups, demandGroup, permittedGroups } from '../limits/group-limits.js';
import { GROUP_COLUMNS, groupMissing, type GroupRow, GroupsRepository, groupView } from './groups.repository.js';
import { RemoveGroup } from './remove-group.js';
import { UpdateGroup } from './update-group.js';

const GROUP_LIST: ListSpec = {
  select: GROUP_COLUMNS,
  from: 'groups g',
  // those that who asks may see
  where: '($1::text[] IS NULL OR g.name = ANY($1))',
  fields: {
    id: { sql: 'g.id', type: 'uuid', sortable: true },
    name: { sql: 'g.name', type: 'text', sortable: true },
    kind: { sql: 'g.kind', type: 'enum', values: ['static', 'dynamic'] },
    description: { sql: 'g.description', type: 'text' },
    createdAt: { sql: 'g.created_at', type: 'timestamp', sortable: true },
  },
  defaultSort: 'name',
  unique: 'id',
};

const MEMBER_LIST: ListSpec = {
  ...COMPUTER_LIST,
  from: 'memberships gm JOIN computers c ON c.id = gm.computer_id',
  where: `gm.group_id = $2 AND ${VISIBLE_COMPUTER}`,
};

@Controller()
export class GroupsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly groups: GroupsRepository,
    private readonly createGroup: CreateGroup,
    private readonly removeGroup: RemoveGroup,
    private readonly changeMembers: ChangeMembers,
    private readonly previewGroup: PreviewGroup,
    private readonly updateGroup: UpdateGroup,
  ) {}

  @RpcHandler(FLEET_RPC.groupCreate, CreateGroupRequest)
  async create(request: CreateGroupRequest, { message }: MessageContext): Promise<GroupView> {
    demandAllGroups('groups.write', 'new groups');
    return this.createGroup.run(request, message.id);
  }

  @RpcHandler(FLEET_RPC.groupPreview, CreateGroupRequest)
  async preview(request: CreateGroupRequest): Promise<GroupPreview> {
    demandAllGroups('groups.write', 'new groups');
    return this.previewGroup.run(request);
  }

  @RpcHandler(FLEET_RPC.groupUpdate, UpdateGroupRequest)
  async update(request: UpdateGroupRequest): Promise<GroupView> {
    demandGroup(request.name, 'groups.write', () => groupMissing(request.name));
    // a filter reaches for computers of others
    if (request.changes.filter !== undefined) demandAllGroups('groups.write', 'filters of groups');
    return this.updateGroup.run(request);
  }

  @RpcHandler(FLEET_RPC.groupGet, GroupRef)
  async get({ name }: GroupRef): Promise<GroupView> {
    demandGroup(name, 'groups.read', () => groupMissing(name));
    return this.groups.view(this.dataSource, name);
  }

  @RpcHandler(FLEET_RPC.groupList, PageQuery)
  async list(query: PageQuery): Promise<Page<GroupView>> {
    const { items, nextCursor } = await keysetPage<GroupRow>(this.dataSource, GROUP_LIST, query, [
      permittedGroups('groups.read'),
    ]);
    return { items: items.map(groupView), nextCursor };
  }

  @RpcHandler(FLEET_RPC.groupRemove, GroupRef)
  async remove({ name }: GroupRef): Promise<Record<string, never>> {
    demandGroup(name, 'groups.write', () => groupMissing(name));
    await this.removeGroup.run(name);
    return {};
  }

  @RpcHandler(FLEET_RPC.groupMembersList, MembersListRequest)
  async members({ name, ...query }: MembersListRequest): Promise<Page<ComputerView>> {
    demandGroup(name, 'computers.read', () => groupMissing(name));
    const { id } = await this.groups.get(this.dataSource, name);
    const { items, nextCursor } = await keysetPage<ComputerRow>(this.dataSource, MEMBER_LIST, query, [
      permittedGroups('computers.read'),
      id,
    ]);
    return { items: items.map(computerView), nextCursor };
  }

  @RpcHandler(FLEET_RPC.groupMembersAdd, ChangeMembersRequest)
  async addMembers(request: ChangeMembersRequest): Promise<MembersChanged> {
    demandGroup(request.name, 'groups.write', () => groupMissing(request.name));
    await demandOwn(this.dataSource, request.computers, 'groups.write');
    return this.changeMembers.add(request);
  }

  @RpcHandler(FLEET_RPC.groupMembersRemove, ChangeMembersRequest)
  async removeMembers(request: ChangeMembersRequest): Promise<MembersChanged> {
    demandGroup(request.name, 'groups.write', () => groupMissing(request.name));
    return this.changeMembers.remove(request);
  }
}

import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import {
  type ChangeMembers as ChangeMembersRequest,
  conflict,
  type MembersChanged,
  notFound,
} from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import type { EntityManager } from 'typeorm';
import { GroupsRepository } from './groups.repository.js';
import { MembershipAnnouncer } from './membership-announcer.js';
import { MAX_GROUPS_PER_COMPUTER, MembershipsRepository } from './memberships.repository.js';

/** Puts computers into a group and takes them out; those who are in, or out, already make no difference. */
@Injectable()
export class ChangeMembers {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly groups: GroupsRepository,
    private readonly memberships: MembershipsRepository,
    private readonly announcer: MembershipAnnouncer,
  ) {}

  /** @throws WaybillError `group.notFound`, `group.dynamic`, `computer.notFound`, `computer.tooManyGroups`; nobody joins then */
  add({ name, computers }: ChangeMembersRequest): Promise<MembersChanged> {
    return this.work.run(async (manager) => {
      const id = await this.staticGroup(manager, name);
      await this.refuseUnknown(manager, computers);
      const joined = (await this.memberships.join(manager, [id], computers)).map((member) => member.computerId);
      await this.refuseOverfull(manager, joined);
      await this.announcer.announce(manager, { groupId: id, joined, left: [] });
      await this.note(manager, 'group.membersAdded', name, joined);
      return { changed: joined.length, members: await this.memberships.count(manager, id) };
    });
  }

  /** @throws WaybillError `group.notFound`, `group.dynamic` */
  remove({ name, computers }: ChangeMembersRequest): Promise<MembersChanged> {
    return this.work.run(async (manager) => {
      const id = await this.staticGroup(manager, name);
      const left = await this.memberships.leave(manager, id, computers);
      await this.announcer.announce(manager, { groupId: id, joined: [], left });
      await this.note(manager, 'group.membersRemoved', name, left);
      return { changed: left.length, members: await this.memberships.count(manager, id) };
    });
  }

  private async staticGroup(manager: EntityManager, name: string): Promise<string> {
    const { id, filter } = await this.groups.get(manager, name);
    if (filter === null) return id;
    throw conflict(
      'group.dynamic',
      `The members of "${name}" follow its filter ${filter}. Change the filter, or what it looks at.`,
    );
  }

  private async note(
    manager: EntityManager,
    action: 'group.membersAdded' | 'group.membersRemoved',
    group: string,
    computers: readonly string[],
  ): Promise<void> {
    if (computers.length === 0) return;
    const details = { count: computers.length, computers };
    const members = { group, computers: computers.toSorted() };
    const side = action === 'group.membersAdded' ? { after: members } : { before: members };
    await this.audit.record(manager, { action, object: { type: 'group', id: group }, ...side, details });
  }

  private async refuseUnknown(manager: EntityManager, computers: readonly string[]): Promise<void> {
    const unknown = await this.memberships.unknownComputers(manager, computers);
    if (unknown.length > 0)
      throw notFound('computer.notFound', `There is no computer ${unknown.join(', ')}; nothing was changed.`);
  }

  private async refuseOverfull(manager: EntityManager, joined: readonly string[]): Promise<void> {
    const overfull = await this.memberships.overfull(manager, joined);
    if (overfull.length === 0) return;
    throw conflict(
      'computer.tooManyGroups',
      `A computer can be in at most ${MAX_GROUPS_PER_COMPUTER} groups; ${overfull.join(', ')} would be in more. Nothing was changed.`,
    );
  }
}

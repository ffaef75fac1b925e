import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { conflict, type CreateGroup as CreateGroupRequest, type GroupView } from '@waybill/contracts';
import { Outbox } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { checkStorable } from '../text/storable-text.js';
import { groupChanged } from './group-events.js';
import { GroupStreams } from './group-streams.js';
import { filterOf } from '../dynamic-groups/filter-of.js';
import { MembershipChecksRepository } from '../dynamic-groups/membership-checks.repository.js';
import { MembershipFollower } from '../dynamic-groups/membership-follower.js';
import { checkWindows } from '../windows/check-windows.js';
import { WindowsAnnouncer } from '../windows/windows-announcer.js';
import { GroupsRepository, type NewGroup } from './groups.repository.js';

const FIRST_GENERATION = 1;

/**
 * Makes a group. Its stream comes first: a group that can be seen can be commanded. Dying in between leaves an empty
 * stream that nobody reads.
 */
@Injectable()
export class CreateGroup {
  constructor(
    private readonly dataSource: DataSource,
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly groups: GroupsRepository,
    private readonly streams: GroupStreams,
    private readonly outbox: Outbox,
    private readonly checks: MembershipChecksRepository,
    private readonly follower: MembershipFollower,
    private readonly windows: WindowsAnnouncer,
  ) {}

  /**
   * Members of a dynamic group join within seconds: with one big transaction nobody else could change anything meanwhile.
   * @param requestId the same for a request that is delivered again, which is answered and not refused
   * @throws WaybillError `group.exists`, `group.filterMissing`, `group.filterUnexpected`, `group.filterUnsuitable`, `group.windows`, `filter.*`, `broker.unavailable`
   */
  async run(request: CreateGroupRequest, requestId: string | null): Promise<GroupView> {
    const { name, kind, description = null, windows = null } = request;
    checkStorable({ description });
    const filter = filterOf(request);
    checkWindows(windows);
    if (!(await this.isRepeated(name, requestId)))
      await this.create({ name, kind, filter, description, windows, requestId });
    return this.groups.view(this.dataSource, name);
  }

  private async isRepeated(name: string, requestId: string | null): Promise<boolean> {
    const existing = await this.groups.find(this.dataSource, name);
    if (existing && (requestId === null || existing.requestId !== requestId)) throw exists(name);
    return existing !== null;
  }

  private async create(wanted: Omit<NewGroup, 'id'>): Promise<void> {
    const group = { id: uuid(), ...wanted };
    const { id, name, kind, filter, description, windows } = group;
    await this.streams.declare(id, FIRST_GENERATION);
    await this.work.run(async (manager) => {
      if (filter !== null) await this.checks.holdFilters(manager);
      if (!(await this.groups.insert(manager, group))) throw exists(name);
      if (filter !== null) await this.checks.note(manager, { id, filter });
      // groups below it may have had those of one above, or none
      if (windows !== null) await this.windows.changed(manager, name);
      await this.outbox.add(manager, [
        groupChanged({ groupId: id, name, generation: FIRST_GENERATION, revision: 1, deleted: false }),
      ]);
      await this.audit.record(manager, {
        action: 'group.created',
        object: { type: 'group', id: name },
        after: { id, name, kind, filter, description, windows },
        details: { id, kind, ...(filter === null ? {} : { filter }) },
      });
    });
    if (filter !== null) this.follower.soon();
  }
}

function exists(name: string) {
  return conflict('group.exists', `There is already a group "${name}".`);
}

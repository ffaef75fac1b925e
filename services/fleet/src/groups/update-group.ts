import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { type GroupView, type UpdateGroupRequest, WaybillError } from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import { filterOf } from '../dynamic-groups/filter-of.js';
import { MembershipChecksRepository } from '../dynamic-groups/membership-checks.repository.js';
import { MembershipFollower } from '../dynamic-groups/membership-follower.js';
import { checkStorable } from '../text/storable-text.js';
import { checkWindows } from '../windows/check-windows.js';
import { demandHeirs } from '../windows/demand-heirs.js';
import { WindowsAnnouncer } from '../windows/windows-announcer.js';
import { GroupsRepository } from './groups.repository.js';

/** Changes a group's description and windows, and whom a dynamic group looks for. Its name stays: jobs, roles and policies name it. */
@Injectable()
export class UpdateGroup {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly groups: GroupsRepository,
    private readonly checks: MembershipChecksRepository,
    private readonly follower: MembershipFollower,
    private readonly windows: WindowsAnnouncer,
  ) {}

  /** @throws WaybillError `group.notFound`, `precondition.failed`, `group.filterUnexpected`, `group.filterUnsuitable`, `group.windows`, `filter.*`, `permission.limited` */
  async run({ name, changes, revision }: UpdateGroupRequest): Promise<GroupView> {
    checkStorable({ description: changes.description });
    checkWindows(changes.windows);
    const view = await this.work.run(async (manager) => {
      if (changes.filter !== undefined) await this.checks.holdFilters(manager);
      const current = await this.groups.lock(manager, name);
      if (revision !== undefined && revision !== current.revision) throw outdated(current.revision, revision);
      const filter = filterOf({ kind: current.kind, ...kept(changes.filter ?? current.filter) });
      const windows = changes.windows === undefined ? current.windows : changes.windows;
      const wanted = { ...current, filter, windows, description: changes.description ?? current.description };
      if (isDeepStrictEqual(wanted, current)) return this.groups.view(manager, name);
      const after = { ...wanted, revision: current.revision + 1 };
      const otherWindows = !isDeepStrictEqual(windows, current.windows);
      if (otherWindows) await demandHeirs(manager, name);
      await this.groups.save(manager, after);
      if (otherWindows) await this.windows.changed(manager, name);
      if (filter !== null && filter !== current.filter) await this.checks.note(manager, { id: current.id, filter });
      await this.audit.record(manager, {
        action: 'group.updated',
        object: { type: 'group', id: name },
        before: shown(current),
        after: shown(after),
        details: filter === null ? {} : { filter },
      });
      return this.groups.view(manager, name);
    });
    this.follower.soon();
    return view;
  }
}

const kept = (filter: string | null) => (filter === null ? {} : { filter });

function shown({
  id,
  name,
  kind,
  filter,
  description,
  windows,
  revision,
}: Awaited<ReturnType<GroupsRepository['lock']>>) {
  return { id, name, kind, filter, description, windows, revision };
}

function outdated(current: number, seen: number): WaybillError {
  return new WaybillError(
    'precondition',
    'precondition.failed',
    `The group has changed since: it is at revision ${current}, you saw ${seen}. Read it again and repeat your change.`,
  );
}

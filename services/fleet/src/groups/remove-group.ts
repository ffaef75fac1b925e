import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { groupStream } from '@waybill/contracts';
import { Outbox } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { groupChanged } from './group-events.js';
import { demandHeirs } from '../windows/demand-heirs.js';
import { WindowsAnnouncer } from '../windows/windows-announcer.js';
import { GroupsRepository } from './groups.repository.js';
import { MembershipAnnouncer } from './membership-announcer.js';
import { MembershipsRepository } from './memberships.repository.js';

/** The stream outlives its group by as long as commands keep in it: messages on their way still find it. */
const RETIRE = `INSERT INTO retired_streams (stream, delete_after) VALUES ($1, now() + interval '30 days') ON CONFLICT DO NOTHING`;

/** Removes a group; its members stay, without it. */
@Injectable()
export class RemoveGroup {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly groups: GroupsRepository,
    private readonly memberships: MembershipsRepository,
    private readonly announcer: MembershipAnnouncer,
    private readonly outbox: Outbox,
    private readonly windows: WindowsAnnouncer,
  ) {}

  /** @throws WaybillError `group.notFound`, `permission.limited` */
  async run(name: string): Promise<void> {
    await this.work.run(async (manager) => {
      const { id, generation, revision, windows } = await this.groups.lock(manager, name);
      if (windows !== null) await demandHeirs(manager, name);
      const left = await this.memberships.leaveAll(manager, id);
      await this.groups.remove(manager, id);
      if (windows !== null) await this.windows.changed(manager, name);
      await manager.query(RETIRE, [groupStream(id, generation)]);
      await this.outbox.add(manager, [
        groupChanged({ groupId: id, name, generation, revision: revision + 1, deleted: true }),
      ]);
      await this.announcer.announce(manager, { groupId: id, joined: [], left });
      await this.audit.record(manager, {
        action: 'group.removed',
        object: { type: 'group', id: name },
        before: { id, name, revision, members: left },
        details: { id, members: left.length },
      });
    });
  }
}

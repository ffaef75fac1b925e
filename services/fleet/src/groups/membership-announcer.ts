import { Inject, Injectable } from '@nestjs/common';
import { Outbox } from '@waybill/messaging';
import type { ServiceKey } from '@waybill/trust';
import type { EntityManager } from 'typeorm';
import { SESSION_KEY } from '../sessions/keys.js';
import { RevocationsRepository } from '../sessions/revocations.repository.js';
import { sessionRefresh } from '../sessions/session-refresh.js';
import { memberEvents, type MembersChange } from './member-events.js';

/** Notices signed and stored at once, about 1 KiB each: a group may have a hundred thousand members. */
const NOTICES_AT_ONCE = 1000;

/** Tells the services and the computers concerned, in the transaction that changed the members. */
@Injectable()
export class MembershipAnnouncer {
  constructor(
    private readonly outbox: Outbox,
    private readonly revocations: RevocationsRepository,
    @Inject(SESSION_KEY) private readonly key: ServiceKey,
  ) {}

  /** For computers that are in touch with us: event, refresh notice, and for leavers a closer look later. */
  async announce(manager: EntityManager, change: MembersChange): Promise<void> {
    const now = new Date();
    await this.outbox.add(manager, memberEvents(change, now));
    const key = await this.key.current();
    const affected = [...change.joined, ...change.left];
    for (let from = 0; from < affected.length; from += NOTICES_AT_ONCE) {
      const part = affected.slice(from, from + NOTICES_AT_ONCE);
      await this.outbox.add(manager, await Promise.all(part.map((id) => sessionRefresh(key, id, now))));
    }
    await this.revocations.leftGroup(manager, change.left);
  }

  /** For a computer that is only just being enrolled: it has no session to refresh. */
  announceEnrolled(manager: EntityManager, computerId: string, groupIds: readonly string[]): Promise<void> {
    return this.events(
      manager,
      groupIds.map((groupId) => ({ groupId, joined: [computerId], left: [] })),
    );
  }

  /** For a computer that is being removed: it gets no more sessions. */
  announceRemoved(manager: EntityManager, computerId: string, groupIds: readonly string[]): Promise<void> {
    return this.events(
      manager,
      groupIds.map((groupId) => ({ groupId, joined: [], left: [computerId] })),
    );
  }

  private async events(manager: EntityManager, changes: readonly MembersChange[]): Promise<void> {
    const now = new Date();
    await this.outbox.add(
      manager,
      changes.flatMap((change) => memberEvents(change, now)),
    );
  }
}

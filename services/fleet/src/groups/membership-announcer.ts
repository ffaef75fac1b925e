import { Inject, Injectable } from '@nestjs/common';
import { EVENTS, EXCHANGES, type GroupMembersChanged } from '@waybill/contracts';
import { Outbox, type OutboxMessage } from '@waybill/messaging';
import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { RevocationsRepository } from '../sessions/revocations.repository.js';
import { sessionRefresh } from '../sessions/session-refresh.js';
import { SESSION_KEY, type SigningKey } from '../sessions/signing-key.js';

/** Largest number of computers in one `group.members.changed.v1`. */
const CHUNK = 5000;

/** Who joined and who left one group. */
export interface MembersChange {
  groupId: string;
  joined: readonly string[];
  left: readonly string[];
}

/** Tells the services and the computers concerned, in the transaction that changed the members. */
@Injectable()
export class MembershipAnnouncer {
  constructor(
    private readonly outbox: Outbox,
    private readonly revocations: RevocationsRepository,
    @Inject(SESSION_KEY) private readonly key: SigningKey,
  ) {}

  /** For computers that are in touch with us: event, refresh notice, and for leavers a closer look later. */
  async announce(manager: EntityManager, change: MembersChange): Promise<void> {
    const now = new Date();
    const affected = [...change.joined, ...change.left];
    const notices = await Promise.all(affected.map((computerId) => sessionRefresh(this.key, computerId, now)));
    await this.outbox.add(manager, [...memberEvents(change, now), ...notices]);
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

function memberEvents({ groupId, joined, left }: MembersChange, now: Date): OutboxMessage[] {
  const chunks = Math.ceil(Math.max(joined.length, left.length) / CHUNK);
  return Array.from({ length: chunks }, (_, chunk) => {
    const part = (ids: readonly string[]) => ids.slice(chunk * CHUNK, (chunk + 1) * CHUNK);
    const body: GroupMembersChanged = { v: 1, groupId, joined: part(joined), left: part(left), at: now.toISOString() };
    return {
      vhost: 'services',
      exchange: EXCHANGES.events,
      routingKey: EVENTS.groupMembersChanged,
      type: EVENTS.groupMembersChanged,
      messageId: uuid(),
      body,
    };
  });
}

import { EVENTS, EXCHANGES, type GroupMembersChanged } from '@waybill/contracts';
import type { OutboxMessage } from '@waybill/messaging';
import { v7 as uuid } from 'uuid';

/** Largest number of computers in one `group.members.changed.v1`. */
const CHUNK = 5000;

/** Who joined and who left one group. */
export interface MembersChange {
  groupId: string;
  joined: readonly string[];
  left: readonly string[];
}

/** The change as events, ready for the outbox; none when nobody joined or left. */
export function memberEvents({ groupId, joined, left }: MembersChange, now: Date): OutboxMessage[] {
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

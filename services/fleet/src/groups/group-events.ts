import { EVENTS, EXCHANGES, type GroupChanged } from '@waybill/contracts';
import type { OutboxMessage } from '@waybill/messaging';
import { v7 as uuid } from 'uuid';

/** `group.changed.v1`, ready for the outbox. */
export function groupChanged(change: Omit<GroupChanged, 'v'>): OutboxMessage {
  const body: GroupChanged = { v: 1, ...change };
  return {
    vhost: 'services',
    exchange: EXCHANGES.events,
    routingKey: EVENTS.groupChanged,
    type: EVENTS.groupChanged,
    messageId: uuid(),
    body,
  };
}

import type { ListSpec } from '@waybill/persistence';
import { DELIVERY_COLUMNS } from './webhook-view.js';

export const WEBHOOK_LIST: ListSpec = {
  select: 'id, name, url, events, enabled, failing_since AS "failingSince", created_at AS "createdAt", revision',
  from: 'webhooks',
  fields: {
    id: { sql: 'id', type: 'uuid', sortable: true },
    name: { sql: 'name', type: 'text', sortable: true },
    enabled: { sql: 'enabled', type: 'boolean' },
    createdAt: { sql: 'created_at', type: 'timestamp', sortable: true },
  },
  defaultSort: 'createdAt',
  unique: 'id',
};

/** Scope: the webhook. */
export const DELIVERY_LIST: ListSpec = {
  select: DELIVERY_COLUMNS,
  from: 'webhook_deliveries d',
  where: 'd.webhook_id = $1',
  fields: {
    id: { sql: 'd.id', type: 'uuid', sortable: true },
    eventId: { sql: 'd.event_id', type: 'uuid' },
    event: { sql: 'd.event', type: 'text' },
    state: { sql: 'd.state', type: 'text' },
    createdAt: { sql: 'd.created_at', type: 'timestamp', sortable: true },
  },
  defaultSort: '-createdAt',
  unique: 'id',
};

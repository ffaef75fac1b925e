import type { Webhook } from './webhook.entity.js';
import type { DeliveryView, WebhookView } from './webhooks.views.js';

export type ShownWebhook = Omit<Webhook, 'secret'>;

export function webhookView(webhook: ShownWebhook): WebhookView {
  const { id, name, url, events, enabled, failingSince, createdAt, revision } = webhook;
  return {
    id,
    name,
    url,
    events,
    enabled,
    failingSince: failingSince?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    revision,
  };
}

/** What the audit log says of a webhook; of its URL the origin only: paths of receivers often are secrets. */
export function webhookDetails({ name, url, events, enabled }: Pick<Webhook, 'name' | 'url' | 'events' | 'enabled'>) {
  return { name, receiver: new URL(url).origin, events, enabled };
}

/** A delivery as the database returns it under {@link DELIVERY_COLUMNS}. */
export interface DeliveryRow {
  id: string;
  webhookId: string;
  eventId: string;
  event: string;
  state: DeliveryView['state'];
  attempts: number;
  createdAt: Date;
  nextAttemptAt: Date | null;
  answeredAt: Date | null;
  durationMs: number | null;
  status: number | null;
  error: string | null;
  text: string | null;
}

export const DELIVERY_COLUMNS = `d.id, d.webhook_id AS "webhookId", d.event_id AS "eventId", d.event, d.state, d.attempts,
  d.created_at AS "createdAt", d.next_attempt_at AS "nextAttemptAt", d.answered_at AS "answeredAt",
  d.answer_ms AS "durationMs", d.answer_status AS status, d.answer_error AS error, d.answer_text AS text`;

export function deliveryView(row: DeliveryRow): DeliveryView {
  const { id, webhookId, eventId, event, state, attempts, answeredAt, durationMs, status, error, text } = row;
  return {
    id,
    webhookId,
    eventId,
    event,
    state,
    attempts,
    createdAt: row.createdAt.toISOString(),
    nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
    lastAnswer:
      answeredAt === null ? null : { at: answeredAt.toISOString(), durationMs: durationMs ?? 0, status, error, text },
  };
}

import type { PING, WebhookEvent } from './webhook-events.js';

/** One event for integrators, before it is known who wants it. */
export interface HappenedEvent {
  /** the same for every webhook, delivery and repetition */
  id: string;
  event: WebhookEvent | typeof PING;
  /** what it is about, as a path below the API, e.g. `jobs/<id>` */
  subject: string;
  /** when it happened, RFC 3339 */
  time: string;
  data: object;
}

/** CloudEvents 1.0 in the JSON format; these bytes are what is signed. @param source URL of the API that speaks */
export function cloudEvent({ id, event, subject, time, data }: HappenedEvent, source: string): string {
  return JSON.stringify({
    specversion: '1.0',
    id,
    source,
    type: `waybill.${event}.v1`,
    subject,
    time,
    datacontenttype: 'application/json',
    data,
  });
}

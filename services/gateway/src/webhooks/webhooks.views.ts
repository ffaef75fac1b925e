/** Where events are sent; without its secret. */
export interface WebhookView {
  id: string;
  name: string;
  url: string;
  events: string[];
  enabled: boolean;
  /** since when its receiver has taken nothing that was sent; null: it took the last */
  failingSince: string | null;
  createdAt: string;
  revision: number;
}

/** Answer of `POST /webhooks`: the secret is shown this once. */
export interface WebhookCreated extends WebhookView {
  /** `whsec_…`: base64 of the key that signatures are made with */
  secret: string;
}

/** One event on its way to one webhook. */
export interface DeliveryView {
  id: string;
  webhookId: string;
  /** header `webhook-id` and `id` of the CloudEvent: the same at every attempt and redelivery */
  eventId: string;
  /** what happened, e.g. `job.completed` */
  event: string;
  /** `pending` until the receiver has taken it or all attempts have failed, which makes it `dead` */
  state: 'pending' | 'delivered' | 'dead';
  /** so far */
  attempts: number;
  createdAt: string;
  /** null unless pending; a moment that has passed: very soon */
  nextAttemptAt: string | null;
  /** of the newest attempt; null before the first has ended */
  lastAnswer: DeliveryAnswer | null;
}

export interface DeliveryAnswer {
  at: string;
  durationMs: number;
  /** HTTP status; null when nothing came back */
  status: number | null;
  /** why it does not count as delivered; null when it does */
  error: string | null;
  /** beginning of the answer's body */
  text: string | null;
}

/** Answer of `POST /webhooks/{id}/actions/redeliver`. */
export interface Redelivered {
  /** deliveries that are due now */
  redelivered: number;
}

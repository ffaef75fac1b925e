import { CreateWebhook } from './create-webhook.js';
import { Deliver } from './deliver.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { DeliveryMetrics } from './delivery-metrics.js';
import { DeliveryLoop } from './delivery.loop.js';
import { PingWebhook } from './ping-webhook.js';
import { Receiver } from './receiver.js';
import { RecordEvents } from './record-events.js';
import { Redeliver } from './redeliver.js';
import { RemoveWebhook } from './remove-webhook.js';
import { UpdateWebhook } from './update-webhook.js';
import { WebhooksRepository } from './webhooks.repository.js';

/** Everything that webhooks are made of, but for their routes. */
export const WEBHOOKS = [
  WebhooksRepository,
  DeliveriesRepository,
  Receiver,
  Deliver,
  DeliveryMetrics,
  DeliveryLoop,
  RecordEvents,
  CreateWebhook,
  UpdateWebhook,
  RemoveWebhook,
  PingWebhook,
  Redeliver,
];

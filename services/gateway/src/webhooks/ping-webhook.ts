import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { UnitOfWork } from '@waybill/persistence';
import { DeliveriesRepository } from './deliveries.repository.js';
import { DeliveryLoop } from './delivery.loop.js';
import { RecordEvents } from './record-events.js';
import { PING } from './webhook-events.js';
import { deliveryView } from './webhook-view.js';
import { WebhooksRepository } from './webhooks.repository.js';
import type { DeliveryView } from './webhooks.views.js';

/** Sends one event of its own, once, so that a receiver can be tried before it is relied upon. */
@Injectable()
export class PingWebhook {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly webhooks: WebhooksRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly events: RecordEvents,
    private readonly loop: DeliveryLoop,
  ) {}

  /** @param id of the delivery and its event. @throws notFound `webhook.notFound` */
  async run(webhookId: string, id: string): Promise<DeliveryView> {
    const time = new Date().toISOString();
    const event = this.events.prepare({ id, event: PING, subject: `webhooks/${webhookId}`, time, data: { webhookId } });
    const delivery = await this.work.run(async (sql) => {
      const { name } = await this.webhooks.lock(sql, webhookId);
      await this.audit.record(sql, {
        action: 'webhook.pinged',
        object: { type: 'webhook', id: webhookId },
        details: { name },
      });
      return this.deliveries.addOne(sql, id, webhookId, event);
    });
    this.loop.wake();
    return deliveryView(delivery);
  }
}

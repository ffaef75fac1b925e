import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { conflict, notFound } from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import { GatewayConfig } from '../gateway.config.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { DeliveryLoop } from './delivery.loop.js';
import { deliveryView } from './webhook-view.js';
import { WebhooksRepository } from './webhooks.repository.js';
import type { DeliveryView, Redelivered } from './webhooks.views.js';

/** Sends now what died, what waits for its next attempt, or what was delivered and lost by its receiver: the same event with the same id, and all attempts anew. */
@Injectable()
export class Redeliver {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly config: GatewayConfig,
    private readonly webhooks: WebhooksRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly loop: DeliveryLoop,
  ) {}

  /** @throws notFound `webhook.notFound`, `delivery.notFound`; conflict `delivery.beingSent` */
  async one(webhookId: string, id: string): Promise<DeliveryView> {
    const delivery = await this.work.run(async (sql) => {
      await this.webhooks.lock(sql, webhookId);
      const again = await this.deliveries.again(sql, webhookId, id, this.config.webhookAttempts);
      const found = await this.deliveries.find(sql, webhookId, id);
      if (!found) throw notFound('delivery.notFound', `The webhook has no delivery ${id}.`);
      if (again === 0) throw conflict('delivery.beingSent', 'The delivery is being sent at this moment.');
      await this.audit.record(sql, {
        action: 'webhook.redelivered',
        object: { type: 'webhook', id: webhookId },
        details: { deliveryId: id, event: found.event },
      });
      return found;
    });
    this.loop.wake();
    return deliveryView(delivery);
  }

  /** All that are dead or wait. @throws notFound `webhook.notFound` */
  async all(webhookId: string): Promise<Redelivered> {
    const redelivered = await this.work.run(async (sql) => {
      await this.webhooks.lock(sql, webhookId);
      const again = await this.deliveries.again(sql, webhookId, null, this.config.webhookAttempts);
      await this.audit.record(sql, {
        action: 'webhook.redelivered',
        object: { type: 'webhook', id: webhookId },
        details: { deliveries: again },
      });
      return again;
    });
    this.loop.wake();
    return { redelivered };
  }
}

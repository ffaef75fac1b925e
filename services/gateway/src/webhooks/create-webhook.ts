import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { UnitOfWork } from '@waybill/persistence';
import { demandReceiver } from './demand-receiver.js';
import { Receiver } from './receiver.js';
import type { CreateWebhook as Order } from './webhook-bodies.js';
import { newWebhookSecret, shownSecret } from './webhook-secret.js';
import { webhookDetails, webhookView } from './webhook-view.js';
import { WebhooksRepository } from './webhooks.repository.js';
import type { WebhookCreated } from './webhooks.views.js';

@Injectable()
export class CreateWebhook {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly webhooks: WebhooksRepository,
    private readonly receiver: Receiver,
  ) {}

  /** @throws invalid `webhook.url`; conflict `webhook.tooMany` */
  async run({ name, url, events, enabled }: Order, id: string): Promise<WebhookCreated> {
    demandReceiver(url, this.receiver.named);
    const secret = newWebhookSecret();
    const [createdAt, failingSince] = [new Date(), null];
    const webhook = { id, name, url, events, enabled: enabled ?? true, failingSince, createdAt, revision: 1 };
    await this.work.run(async (sql) => {
      await this.webhooks.insert(sql, { ...webhook, secret });
      await this.audit.record(sql, {
        action: 'webhook.created',
        object: { type: 'webhook', id },
        after: webhookView(webhook),
        details: webhookDetails(webhook),
      });
    });
    return { ...webhookView(webhook), secret: shownSecret(secret) };
  }
}

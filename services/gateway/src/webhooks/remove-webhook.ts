import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { UnitOfWork } from '@waybill/persistence';
import { Webhook } from './webhook.entity.js';
import { webhookDetails, webhookView } from './webhook-view.js';
import { WebhooksRepository } from './webhooks.repository.js';

/** Removes a webhook; its deliveries go with it, sent or not. */
@Injectable()
export class RemoveWebhook {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly webhooks: WebhooksRepository,
  ) {}

  /** @throws notFound `webhook.notFound` */
  async run(id: string): Promise<void> {
    await this.work.run(async (sql) => {
      const webhook = await this.webhooks.lock(sql, id);
      await sql.delete(Webhook, { id });
      await this.audit.record(sql, {
        action: 'webhook.removed',
        object: { type: 'webhook', id },
        before: webhookView(webhook),
        details: webhookDetails(webhook),
      });
    });
  }
}

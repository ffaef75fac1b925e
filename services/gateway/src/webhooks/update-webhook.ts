import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { UnitOfWork } from '@waybill/persistence';
import { demandReceiver } from './demand-receiver.js';
import { Receiver } from './receiver.js';
import type { UpdateWebhook as Changes } from './webhook-bodies.js';
import { Webhook } from './webhook.entity.js';
import { webhookDetails, webhookView } from './webhook-view.js';
import { WebhooksRepository } from './webhooks.repository.js';
import type { WebhookView } from './webhooks.views.js';

@Injectable()
export class UpdateWebhook {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly webhooks: WebhooksRepository,
    private readonly receiver: Receiver,
  ) {}

  /** @throws invalid `webhook.url`; notFound `webhook.notFound`; precondition `precondition.failed` */
  async run(id: string, changes: Changes, revision: number | undefined): Promise<WebhookView> {
    if (changes.url != null) demandReceiver(changes.url, this.receiver.named);
    return this.work.run(async (sql) => {
      const webhook = await this.webhooks.lock(sql, id, revision);
      const changed = {
        name: changes.name ?? webhook.name,
        url: changes.url ?? webhook.url,
        events: changes.events ?? webhook.events,
        enabled: changes.enabled ?? webhook.enabled,
        revision: webhook.revision + 1,
      };
      await sql.update(Webhook, { id }, changed);
      const after = { ...webhook, ...changed };
      await this.audit.record(sql, {
        action: 'webhook.updated',
        object: { type: 'webhook', id },
        before: webhookView(webhook),
        after: webhookView(after),
        details: { ...webhookDetails(after), fields: Object.keys(changes) },
      });
      return webhookView(after);
    });
  }
}

import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Page, PageQuery } from '@waybill/contracts';
import { keysetPage } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { IdPipe } from '../http/id.pipe.js';
import { IfMatch } from '../http/if-match.decorator.js';
import { ListQuery } from '../http/list-query.decorator.js';
import { ResourceId } from '../idempotency/idempotency.interceptor.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery } from '../openapi/list-query.docs.js';
import { CreateWebhook } from './create-webhook.js';
import { PingWebhook } from './ping-webhook.js';
import { RemoveWebhook } from './remove-webhook.js';
import { UpdateWebhook } from './update-webhook.js';
import { CreateWebhook as CreateBody, UpdateWebhook as UpdateBody } from './webhook-bodies.js';
import { type ShownWebhook, webhookView } from './webhook-view.js';
import { WEBHOOK_LIST } from './webhooks.list.js';
import { WebhooksRepository } from './webhooks.repository.js';
import type { DeliveryView, WebhookCreated, WebhookView } from './webhooks.views.js';

@ApiTags('webhooks')
@Controller('webhooks')
export class WebhooksController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly webhooks: WebhooksRepository,
    private readonly creation: CreateWebhook,
    private readonly changes: UpdateWebhook,
    private readonly removal: RemoveWebhook,
    private readonly pinging: PingWebhook,
  ) {}

  /**
   * Posts job and execution events to a URL as CloudEvents 1.0 (JSON), signed as Standard Webhooks says (headers `webhook-id`,
   * `webhook-timestamp`, `webhook-signature`: HMAC-SHA-256 over `id.timestamp.body`). It is told of all jobs of the installation, so only
   * administrators without limits of groups or categories have the permissions `webhooks.read` and `webhooks.write`. Anything but 2xx within
   * 10 s is tried again, with growing pauses, up to the configured number of attempts; then the delivery is dead until it is redelivered. At
   * least once, in no promised order: receivers tell repetitions by `webhook-id`. At most 20 webhooks.
   */
  @Post()
  @Answers(201, 'WebhookCreated', 'The new webhook; its secret is shown this once.')
  @Problems('webhook.url', 'webhook.tooMany')
  create(@Body() body: CreateBody, @ResourceId() id: string): Promise<WebhookCreated> {
    return this.creation.run(body, id);
  }

  @Get()
  @ApiListQuery('id, name, enabled, createdAt')
  @Answers(200, 'Page<WebhookView>', 'One page of webhooks, without secrets.')
  async list(@ListQuery() query: PageQuery): Promise<Page<WebhookView>> {
    const { items, nextCursor } = await keysetPage<ShownWebhook>(this.dataSource, WEBHOOK_LIST, query);
    return { items: items.map(webhookView), nextCursor };
  }

  @Get(':id')
  @Answers(200, 'WebhookView', 'The webhook.')
  @Problems('webhook.notFound')
  async get(@Param('id', IdPipe) id: string): Promise<WebhookView> {
    return webhookView(await this.webhooks.get(id));
  }

  /** Changes it; with `If-Match` only when nobody else has since. The secret stays: to change that, make a second webhook and remove this one. */
  @Patch(':id')
  @Answers(200, 'WebhookView', 'The changed webhook.')
  @Problems('webhook.notFound', 'webhook.url', 'precondition.failed')
  update(
    @Param('id', IdPipe) id: string,
    @Body() body: UpdateBody,
    @IfMatch() revision?: number,
  ): Promise<WebhookView> {
    return this.changes.run(id, body, revision);
  }

  /** Removes it with all its deliveries; what is pending is not sent. */
  @Delete(':id')
  @HttpCode(204)
  @Answers(204, null, 'Removed.')
  @Problems('webhook.notFound')
  async remove(@Param('id', IdPipe) id: string): Promise<void> {
    await this.removal.run(id);
  }

  /** Sends the event `webhook.ping` once, also when the webhook is disabled; how it went is in the list of deliveries a moment later. */
  @Post(':id/actions/ping')
  @HttpCode(202)
  @Answers(202, 'DeliveryView', 'The delivery, pending.')
  @Problems('webhook.notFound')
  ping(@Param('id', IdPipe) id: string, @ResourceId() deliveryId: string): Promise<DeliveryView> {
    return this.pinging.run(id, deliveryId);
  }
}

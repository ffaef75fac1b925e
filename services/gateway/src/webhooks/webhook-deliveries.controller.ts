import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Page, PageQuery } from '@waybill/contracts';
import { keysetPage } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { IdPipe } from '../http/id.pipe.js';
import { ListQuery } from '../http/list-query.decorator.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery } from '../openapi/list-query.docs.js';
import { Redeliver } from './redeliver.js';
import { type DeliveryRow, deliveryView } from './webhook-view.js';
import { DELIVERY_LIST } from './webhooks.list.js';
import { WebhooksRepository } from './webhooks.repository.js';
import type { DeliveryView, Redelivered } from './webhooks.views.js';

@ApiTags('webhooks')
@Controller('webhooks/:id')
export class WebhookDeliveriesController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly webhooks: WebhooksRepository,
    private readonly redelivery: Redeliver,
  ) {}

  /** What was and is to be sent, newest first; the dead ones by `filter=state==dead`. Delivered ones are kept for 7 days, dead ones for 30. */
  @Get('deliveries')
  @ApiListQuery('id, eventId, event, state, createdAt')
  @Answers(200, 'Page<DeliveryView>', 'One page of deliveries.')
  @Problems('webhook.notFound')
  async list(@Param('id', IdPipe) id: string, @ListQuery() query: PageQuery): Promise<Page<DeliveryView>> {
    await this.webhooks.get(id);
    const { items, nextCursor } = await keysetPage<DeliveryRow>(this.dataSource, DELIVERY_LIST, query, [id]);
    return { items: items.map(deliveryView), nextCursor };
  }

  /** Sends all deliveries now that are dead or wait for their next attempt: the same events with the same ids, and all attempts anew. */
  @Post('actions/redeliver')
  @HttpCode(200)
  @Answers(200, 'Redelivered', 'How many they are.')
  @Problems('webhook.notFound')
  redeliverAll(@Param('id', IdPipe) id: string): Promise<Redelivered> {
    return this.redelivery.all(id);
  }

  /** Sends one delivery now that is dead, waits for its next attempt, or was taken by its receiver and lost. */
  @Post('deliveries/:deliveryId/actions/redeliver')
  @HttpCode(200)
  @Answers(200, 'DeliveryView', 'The delivery, pending.')
  @Problems('webhook.notFound', 'delivery.notFound', 'delivery.beingSent')
  redeliver(@Param('id', IdPipe) id: string, @Param('deliveryId', IdPipe) deliveryId: string): Promise<DeliveryView> {
    return this.redelivery.one(id, deliveryId);
  }
}

import { Injectable } from '@nestjs/common';
import { GatewayConfig } from '../gateway.config.js';
import { cloudEvent, type HappenedEvent } from './cloud-event.js';
import { DeliveriesRepository, type PreparedEvent } from './deliveries.repository.js';
import { DeliveryLoop } from './delivery.loop.js';
import { SharedRead } from './shared-read.js';
import type { WebhookEvent } from './webhook-events.js';

/** Turns what happened into one pending delivery for each webhook that wants it. Doing it twice changes nothing. */
@Injectable()
export class RecordEvents {
  private readonly wanted: SharedRead<ReadonlySet<WebhookEvent>>;

  constructor(
    private readonly config: GatewayConfig,
    private readonly deliveries: DeliveriesRepository,
    private readonly loop: DeliveryLoop,
  ) {
    this.wanted = new SharedRead(() => this.deliveries.wanted());
  }

  async run(happened: readonly HappenedEvent[]): Promise<void> {
    const wanted = await this.wanted.get();
    const events = happened.filter(({ event }) => wanted.has(event as never)).map((event) => this.prepare(event));
    if (events.length === 0) return;
    if ((await this.deliveries.add(events, this.config.webhookAttempts)) > 0) this.loop.wake();
  }

  prepare(happened: HappenedEvent): PreparedEvent {
    const source = `${this.config.publicUrl.replace(/\/$/, '')}/api/v1`;
    return { id: happened.id, event: happened.event, body: cloudEvent(happened, source) };
  }
}

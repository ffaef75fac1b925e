import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import {
  type BrokerConnection,
  ConsumerChannel,
  type Subscription,
  type SubscriptionOptions,
} from '@waybill/messaging/client';
import { type ConnectionEvent, readConnectionEvent } from './connection-event.js';
import { foldEvents } from './presence-batch.js';
import type { PresenceRepository } from './presence.repository.js';

/** Exchange of RabbitMQ's own events, made by its plugin `rabbitmq_event_exchange`. */
const BROKER_EVENTS = 'amq.rabbitmq.event';

/** How long the first event of a batch waits for more, milliseconds: presence is written in one statement for many. */
const BATCH_WAIT_MS = 100;
const BATCH_MAX = 1000;
const RETRY_MS = 1000;

type Delivery = Parameters<SubscriptionOptions['onMessage']>[0];

export interface PresenceConsumerOptions {
  connection: BrokerConnection;
  /** virtual host of the agents; events of others are ignored */
  vhost: string;
  presence: PresenceRepository;
  /** events were missed until now */
  onActive: () => void;
}

/**
 * Follows the broker's own events. Each process has a queue of its own that is gone with it: replicas write the same
 * things, and what nobody heard is found by the reconciliation.
 */
export class PresenceConsumer {
  private readonly logger = new Logger('Presence');
  private readonly channel: ConsumerChannel;
  private readonly queue = `fleet.presence.${randomUUID()}`;
  private subscription: Subscription | null = null;
  private waiting: { delivery: Delivery; event: ConnectionEvent | null }[] = [];
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> | null = null;
  private stopped = false;

  constructor(private readonly options: PresenceConsumerOptions) {
    options.connection.on('attemptFailed', (error, inMs) =>
      this.logger.warn(`cannot connect for the broker's events (${error.message}), next attempt in ${inMs} ms`),
    );
    this.channel = new ConsumerChannel(options.connection);
  }

  /** Events reach us; what happens now is not missed. */
  get following(): boolean {
    return this.subscription?.active ?? false;
  }

  start(): void {
    this.subscription = this.channel.subscribe({
      queue: this.queue,
      prefetch: 2 * BATCH_MAX,
      exclusive: true,
      prepare: async (channel) => {
        // bounded: a database that is away for long must not fill the broker; reconciliation makes up for what is dropped
        await channel.assertQueue(this.queue, {
          exclusive: true,
          autoDelete: true,
          durable: false,
          arguments: { 'x-queue-type': 'classic', 'x-max-length': 100_000 },
        });
        await channel.bindQueue(this.queue, BROKER_EVENTS, 'connection.created');
        await channel.bindQueue(this.queue, BROKER_EVENTS, 'connection.closed');
      },
      onMessage: (delivery) => this.take(delivery),
      onLost: (reason) => this.logger.warn(`not following the broker's events: ${reason.message}`),
      onActive: this.options.onActive,
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.writing;
    await this.channel.close();
    await this.options.connection.close();
  }

  private take(delivery: Delivery): void {
    const { fields, properties } = delivery.message;
    this.waiting.push({
      delivery,
      event: readConnectionEvent(fields.routingKey, properties.headers ?? {}, this.options.vhost),
    });
    this.schedule(this.waiting.length >= BATCH_MAX ? 0 : BATCH_WAIT_MS);
  }

  private schedule(inMs: number): void {
    if (this.timer || this.writing || this.stopped) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.writing = this.write().finally(() => {
        this.writing = null;
        if (this.waiting.length > 0) this.schedule(BATCH_WAIT_MS);
      });
    }, inMs);
  }

  /** Acknowledges after the commit; what could not be written is written again together with what came meanwhile. */
  private async write(): Promise<void> {
    const batch = this.waiting.splice(0);
    const events = batch.flatMap(({ event }) => (event ? [event] : []));
    try {
      if (events.length > 0) await this.options.presence.apply(foldEvents(events));
      batch.at(-1)?.delivery.ack(true);
    } catch (error) {
      this.logger.warn(`presence could not be written: ${(error as Error).message}`);
      this.waiting = [...batch, ...this.waiting];
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

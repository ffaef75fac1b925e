import type { Channel, ConsumeMessage } from 'amqplib';
import { type BackOff, backOffDelay } from './back-off.js';
import type { BrokerConnection } from './broker-connection.js';
import { Delivery } from './delivery.js';
import { KeptChannel } from './kept-channel.js';
import { farewell } from './farewell.js';

export interface SubscriptionOptions {
  queue: string;
  /** deliveries without a settlement at the same time; a stream demands it */
  prefetch: number;
  /** asked at every (re)subscription, e.g. `x-stream-offset` and `x-stream-filter` */
  arguments?: () => Record<string, unknown>;
  exclusive?: boolean;
  /** runs before each subscription, e.g. to declare an exclusive queue */
  prepare?: (channel: Channel) => Promise<void>;
  onMessage: (delivery: Delivery) => void;
  /** the consumer is gone (channel or connection lost, queue deleted, subscription refused): open deliveries will come again */
  onLost?: (reason: Error) => void;
  onActive?: () => void;
}

/**
 * Consumers that share one channel and come back by themselves: after a lost connection, after the broker cancelled
 * them (queue deleted), and after a refusal, each with its own back-off so that one refused queue does not stop the rest.
 */
export class ConsumerChannel {
  private readonly subscriptions = new Set<Subscription>();
  private readonly kept: KeptChannel;

  constructor(readonly connection: BrokerConnection) {
    this.kept = KeptChannel.plain({
      connection,
      setup: async () => undefined,
      onOpened: () => this.subscriptions.forEach((subscription) => subscription.onChannelOpened()),
      onClosed: (reason) => this.subscriptions.forEach((subscription) => subscription.onChannelClosed(reason)),
    });
  }

  subscribe(options: SubscriptionOptions): Subscription {
    const subscription: Subscription = new Subscription(options, this.kept, () =>
      this.subscriptions.delete(subscription),
    );
    this.subscriptions.add(subscription);
    subscription.onChannelOpened();
    return subscription;
  }

  async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.cancel()));
    await this.kept.close();
  }
}

/** One consumer of a {@link ConsumerChannel}. */
export class Subscription {
  private tag: string | null = null;
  private busy: Promise<void> | null = null;
  private canceled = false;
  private failures = 0;
  private timer: NodeJS.Timeout | null = null;
  private lastError: Error | null = null;

  constructor(
    private readonly options: SubscriptionOptions,
    private readonly kept: KeptChannel,
    private readonly forget: () => void,
  ) {}

  get queue(): string {
    return this.options.queue;
  }

  /** The broker delivers to it. */
  get active(): boolean {
    return this.tag !== null;
  }

  /** Why it is not active, e.g. an error with `code` 403 or 404 after a refusal. */
  get error(): Error | null {
    return this.active ? null : this.lastError;
  }

  /** Stops deliveries for good; what was delivered before may still be settled. */
  async cancel(): Promise<void> {
    this.canceled = true;
    if (this.timer) clearTimeout(this.timer);
    this.forget();
    await this.busy;
    const tag = this.tag;
    this.tag = null;
    const channel = this.kept.current;
    if (tag !== null && channel) await farewell(channel.cancel(tag));
  }

  onChannelOpened(): void {
    if (!this.timer) this.begin();
  }

  onChannelClosed(reason: Error): void {
    const wasActive = this.tag !== null;
    this.tag = null;
    if (wasActive) this.lost(reason);
  }

  private begin(): void {
    this.timer = null;
    const channel = this.kept.current;
    if (this.canceled || this.busy || this.tag !== null || !channel) return;
    this.busy = this.consume(channel)
      .catch((error: Error) => this.refused(error))
      .finally(() => {
        this.busy = null;
        // the channel may have been replaced meanwhile
        if (!this.tag && !this.timer && this.kept.current && this.kept.current !== channel) this.begin();
      });
  }

  private async consume(channel: Channel): Promise<void> {
    await this.options.prepare?.(channel);
    const onMessage = (message: ConsumeMessage | null) => this.dispatch(channel, message);
    // sent back to back: prefetch counts for the next consumer of the channel, and another subscription may be starting too
    const [, { consumerTag }] = await Promise.all([
      channel.prefetch(this.options.prefetch),
      channel.consume(this.options.queue, onMessage, {
        exclusive: this.options.exclusive,
        arguments: this.options.arguments?.(),
      }),
    ]);
    if (this.kept.current !== channel) throw new Error('channel closed');
    this.tag = consumerTag;
    this.failures = 0;
    this.options.onActive?.();
  }

  private dispatch(channel: Channel, message: ConsumeMessage | null): void {
    // null: the broker cancelled the consumer because the queue is gone; without a new one we would be deaf for ever
    if (message) return this.options.onMessage(new Delivery(message, channel, () => this.kept.current === channel));
    this.tag = null;
    this.lost(new Error(`queue ${this.options.queue} was deleted or its consumer cancelled`));
    this.retryLater();
  }

  private refused(error: Error): void {
    this.lost(error);
    this.retryLater();
  }

  private lost(reason: Error): void {
    this.lastError = reason;
    this.options.onLost?.(reason);
  }

  private retryLater(): void {
    if (this.canceled || this.timer) return;
    this.timer = setTimeout(() => this.begin(), backOffDelay(this.failures++, RESUBSCRIBE));
  }
}

const RESUBSCRIBE: BackOff = { baseMs: 200, maxMs: 30_000 };

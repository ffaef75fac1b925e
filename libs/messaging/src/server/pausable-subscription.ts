import { setTimeout as delay } from 'node:timers/promises';
import { backOffDelay } from '../client/back-off.js';
import type { BrokerConnection } from '../client/broker-connection.js';
import { ConsumerChannel, type Subscription, type SubscriptionOptions } from '../client/consumer-channel.js';
import type { Delivery } from '../client/delivery.js';

export interface PausableOptions extends Omit<SubscriptionOptions, 'onActive'> {
  connection: BrokerConnection;
  /** rejects while what the handlers need (the database) is down */
  probe: () => Promise<void>;
}

const PAUSE = { baseMs: 1_000, maxMs: 60_000 };

/** A subscription on a channel of its own that stops taking messages while the database is down. */
export class PausableSubscription {
  private readonly channel: ConsumerChannel;
  private subscription: Subscription | null = null;
  private paused: Error | null = null;
  private pauses = 0;
  private readonly stopping = new AbortController();

  constructor(private readonly options: PausableOptions) {
    this.channel = new ConsumerChannel(options.connection);
    this.resume();
  }

  /** Null when the broker delivers, else a sentence that says why not. */
  get trouble(): string | null {
    if (this.paused) return `queue ${this.options.queue} is paused: ${this.paused.message}`;
    if (this.subscription?.active) return null;
    return `queue ${this.options.queue} is not consumed: ${this.subscription?.error?.message ?? 'connecting'}`;
  }

  /** Handling works: the next pause begins short again. */
  succeeded(): void {
    this.pauses = 0;
  }

  /** Takes nothing until the probe succeeds; the caller gives back what it holds. */
  pause(reason: Error): void {
    if (this.paused || this.stopping.signal.aborted) return;
    this.paused = reason;
    void this.waitAndResume();
  }

  /** Takes nothing any more; what was delivered may still be settled. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.subscription?.cancel();
  }

  async close(): Promise<void> {
    await this.stop();
    await this.channel.close();
  }

  private async waitAndResume(): Promise<void> {
    await this.subscription?.cancel();
    this.subscription = null;
    do {
      // never less than half a second: a tight loop of give-back and delivery would spin
      const wait = 500 + backOffDelay(this.pauses++, PAUSE);
      await delay(wait, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      if (this.stopping.signal.aborted) return;
    } while (!(await this.healthy()));
    this.paused = null;
    this.resume();
  }

  private async healthy(): Promise<boolean> {
    try {
      await this.options.probe();
      return true;
    } catch (error) {
      this.paused = error as Error;
      return false;
    }
  }

  /** What was already on its way when we stopped or paused goes back at once. */
  private receive(delivery: Delivery): void {
    if (this.paused || this.stopping.signal.aborted) delivery.giveBack();
    else this.options.onMessage(delivery);
  }

  private resume(): void {
    this.subscription = this.channel.subscribe({ ...this.options, onMessage: (delivery) => this.receive(delivery) });
  }
}

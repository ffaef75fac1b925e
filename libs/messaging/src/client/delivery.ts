import type { Channel, ConsumeMessage } from 'amqplib';

/** A message as the broker delivered it. Settling does nothing once its channel is gone: the broker delivers it again then. */
export class Delivery {
  constructor(
    readonly message: ConsumeMessage,
    private readonly channel: Channel,
    private readonly isLive: () => boolean,
  ) {}

  /** It can still be settled. */
  get live(): boolean {
    return this.isLive();
  }

  /** @param allUpTo also everything delivered before it on the same channel */
  ack(allUpTo = false): void {
    this.settle(() => this.channel.ack(this.message, allUpTo));
  }

  /** "This message failed": counts towards the queue's delivery limit and is delayed by its policy. Never on a stream. */
  reject(requeue: boolean): void {
    this.settle(() => this.channel.reject(this.message, requeue));
  }

  /** "I cannot work now": given back at once; does not count towards the delivery limit since RabbitMQ 4.3. Never on a stream. */
  giveBack(allUpTo = false): void {
    this.settle(() => this.channel.nack(this.message, allUpTo, true));
  }

  private settle(action: () => void): void {
    if (!this.live) return;
    try {
      action();
    } catch {
      // amqplib throws on a channel that is closing; the broker delivers the message again
    }
  }
}

import { SEQ_HEADER } from '@waybill/contracts/agent';
import { UnroutableError } from '@waybill/messaging/client';
import type { ChannelModel, ConfirmChannel, ConsumeMessage, Options } from 'amqplib';
import type { StreamSubscription } from './agent-broker.js';

/** Commands delivered without an ack, over all streams. A stream demands a limit. */
const PREFETCH = 50;

export interface AgentChannelEvents {
  onStreamLost(stream: string, reason: Error): void;
  onClosed(reason: Error): void;
}

interface InFlight {
  returned: boolean;
  fail(error: Error): void;
}

/** One confirm channel that carries the consumers of all streams and the reports. Lives once: a closed one is replaced. */
export class AgentChannel {
  private readonly tags = new Map<string, string>();
  private readonly inFlight = new Map<string, InFlight>();
  private consuming: string | null = null;
  private closed: Error | null = null;

  private constructor(
    private readonly channel: ConfirmChannel,
    private readonly events: AgentChannelEvents,
  ) {
    let reason = new Error('the channel was closed');
    channel.on('error', (error) => (reason = error));
    channel.on('close', () => {
      this.abandon(reason);
      if (this.consuming) events.onStreamLost(this.consuming, reason);
      events.onClosed(reason);
    });
    channel.on('return', ({ properties }) => {
      const flight = this.inFlight.get(String(properties.messageId));
      if (flight) flight.returned = true;
    });
  }

  static async open(model: ChannelModel, events: AgentChannelEvents): Promise<AgentChannel> {
    const channel = new AgentChannel(await model.createConfirmChannel(), events);
    await channel.channel.prefetch(PREFETCH);
    return channel;
  }

  /** Makes the consumers those of `wanted`. @throws when a stream is refused; the channel is closed then */
  async apply(wanted: readonly StreamSubscription[]): Promise<void> {
    for (const [stream, tag] of this.tags) {
      if (wanted.some((subscription) => subscription.stream === stream)) continue;
      this.tags.delete(stream);
      await this.channel.cancel(tag);
    }
    for (const subscription of wanted) if (!this.tags.has(subscription.stream)) await this.consume(subscription);
  }

  publish(
    exchange: string,
    key: string,
    body: Buffer,
    options: Options.Publish & { messageId: string },
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error: Error | null) => {
        if (this.inFlight.get(options.messageId) !== flight) return;
        this.inFlight.delete(options.messageId);
        if (error) reject(error);
        else if (flight.returned) reject(new UnroutableError(exchange, key, options.messageId));
        else resolve();
      };
      const flight: InFlight = { returned: false, fail: settle };
      this.inFlight.set(options.messageId, flight);
      try {
        if (this.closed) throw this.closed;
        this.channel.publish(exchange, key, body, { ...options, mandatory: true }, (error: Error | null) =>
          settle(error),
        );
      } catch (error) {
        settle(error as Error);
      }
    });
  }

  send(exchange: string, key: string, body: Buffer, options: Options.Publish): void {
    if (!this.closed) this.channel.publish(exchange, key, body, options);
  }

  /** Nothing on this channel will be confirmed any more. */
  abandon(reason: Error): void {
    this.closed ??= reason;
    for (const flight of [...this.inFlight.values()]) flight.fail(reason);
  }

  private async consume(subscription: StreamSubscription): Promise<void> {
    const { stream } = subscription;
    this.consuming = stream;
    const onMessage = (message: ConsumeMessage | null) => this.deliver(subscription, message);
    const { consumerTag } = await this.channel.consume(stream, onMessage, { arguments: subscription.arguments() });
    this.consuming = null;
    this.tags.set(stream, consumerTag);
  }

  private deliver(subscription: StreamSubscription, message: ConsumeMessage | null): void {
    const { stream } = subscription;
    if (!message) {
      // The stream was deleted: without a new subscription the agent would be deaf for ever.
      this.tags.delete(stream);
      this.events.onStreamLost(stream, new Error(`stream ${stream} was deleted`));
      return;
    }
    const { headers } = message.properties;
    const seq = headers?.[SEQ_HEADER] as unknown;
    subscription.onMessage({
      body: message.content.toString('latin1'),
      offset: Number(headers?.['x-stream-offset']),
      seq: typeof seq === 'number' ? seq : null,
      ack: () => {
        if (!this.closed) this.channel.ack(message);
      },
    });
  }
}

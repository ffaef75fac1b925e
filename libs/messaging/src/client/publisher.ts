import type { ConfirmChannel, Message } from 'amqplib';
import type { BrokerConnection } from './broker-connection.js';
import { NotConfirmedError, UnroutableError, UnsendableError } from './errors.js';
import { KeptChannel } from './kept-channel.js';
import { encodeBody, type FlatHeaders, type OutgoingMessage } from './messages.js';
import { PublishWindow } from './publish-window.js';

export interface PublisherOptions {
  connection: BrokerConnection;
  /** account that the broker is to vouch for, of every message that names none; the connection's own, or the broker refuses it */
  userId?: string;
  /** messages on their way without a confirm; default 500 */
  window?: number;
  /** how long a publish waits for a connection, default 10 s */
  connectTimeoutMs?: number;
  /** how long a publish waits for its confirm, default 30 s */
  confirmTimeoutMs?: number;
  /** called around each message, e.g. to trace it; returns headers to add and what to do when it ended */
  instrument?: (message: OutgoingMessage) => PublishInstrument;
}

export interface PublishInstrument {
  headers: FlatHeaders;
  end(error?: Error): void;
}

interface InFlight {
  message: OutgoingMessage;
  returned: boolean;
  settle(error?: Error): void;
}

/** Publishes `mandatory` and with confirms, many at a time. */
export class Publisher {
  private readonly inFlight = new Set<InFlight>();
  private readonly kept: KeptChannel<ConfirmChannel>;
  private readonly window: PublishWindow;

  constructor(private readonly options: PublisherOptions) {
    this.window = new PublishWindow(options.window ?? 500);
    this.kept = KeptChannel.confirming({
      connection: options.connection,
      setup: async (channel) => {
        channel.on('return', (message: Message) => this.onReturn(message));
      },
      onClosed: (reason) => this.rejectAll(reason),
    });
  }

  /** There is a channel to publish on, and the broker reads from it. */
  get ready(): boolean {
    return this.kept.current !== null && !this.options.connection.blocked;
  }

  /**
   * Resolves when the broker has confirmed the message.
   * @throws UnroutableError when no queue takes it; UnsendableError when it cannot be encoded; NotConfirmedError when there was no connection in time, the connection
   * was lost before the confirm, or the broker refused it (a full queue): publish it again with the same id
   */
  async publish(message: OutgoingMessage): Promise<void> {
    const timeoutMs = this.options.connectTimeoutMs ?? 10_000;
    if (!this.kept.current) await this.kept.ready(timeoutMs);
    if (!this.window.tryEnter()) await this.window.enter();
    try {
      // the channel may have been lost while we waited for our turn
      await this.send(this.kept.current ?? (await this.kept.ready(timeoutMs)), message);
    } finally {
      this.window.leave();
    }
  }

  /**
   * Publishes in order on one channel and tells the fate of each message: null for confirmed. Once the channel is lost
   * nothing later is sent, so what was confirmed for one routing key is always a prefix.
   */
  async publishAll(messages: readonly OutgoingMessage[]): Promise<(Error | null)[]> {
    const channel = await this.kept.ready(this.options.connectTimeoutMs ?? 10_000);
    const results: Promise<Error | null>[] = [];
    for (const message of messages) {
      if (!this.window.tryEnter()) await this.window.enter();
      results.push(
        this.send(channel, message).then(
          () => (this.window.leave(), null),
          (error: Error) => (this.window.leave(), error),
        ),
      );
    }
    return Promise.all(results);
  }

  /** Waits for the confirms under way (at most `timeoutMs`), then closes the channel. */
  async close(timeoutMs = 5_000): Promise<void> {
    await this.window.idle(timeoutMs);
    await this.kept.close();
    this.rejectAll(new Error('publisher closed'));
  }

  private send(channel: ConfirmChannel, message: OutgoingMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      const instrument = this.options.instrument?.(message);
      const settle = (error?: Error) => {
        if (!this.inFlight.delete(flight)) return;
        clearTimeout(timer);
        instrument?.end(error);
        if (error) reject(error);
        else resolve();
      };
      const flight: InFlight = { message, returned: false, settle };
      const timer = setTimeout(
        () => settle(notConfirmed(message, 'no confirm in time')),
        this.options.confirmTimeoutMs ?? 30_000,
      );
      this.inFlight.add(flight);
      try {
        this.write(channel, message, { ...message.headers, ...instrument?.headers }, (error) => {
          if (error) settle(notConfirmed(message, 'the broker refused it', error));
          else if (flight.returned)
            settle(new UnroutableError(message.exchange, message.routingKey, message.messageId));
          else settle();
        });
      } catch (error) {
        // amqplib throws on a channel that has closed, and on what it cannot encode
        if (this.kept.current !== channel) settle(notConfirmed(message, 'the channel was lost', error as Error));
        else settle(unsendable(message, error as Error));
      }
    });
  }

  private write(
    channel: ConfirmChannel,
    message: OutgoingMessage,
    headers: FlatHeaders,
    onConfirm: (error: Error | null) => void,
  ): void {
    const { content, contentType } = encodeBody(message.body);
    channel.publish(
      message.exchange,
      message.routingKey,
      content,
      {
        mandatory: true,
        persistent: message.persistent ?? true,
        messageId: message.messageId,
        type: message.type,
        contentType: message.contentType ?? contentType,
        timestamp: Math.floor(Date.now() / 1000),
        headers,
        userId: message.userId ?? this.options.userId,
        correlationId: message.correlationId,
        expiration: message.expirationMs,
      },
      onConfirm,
    );
  }

  /** A return comes before the confirm of the same message. Copies under way with the same id and key share its fate. */
  private onReturn({ fields, properties }: Message): void {
    for (const flight of this.inFlight) {
      const { messageId, exchange, routingKey } = flight.message;
      if (messageId === properties.messageId && exchange === fields.exchange && routingKey === fields.routingKey)
        flight.returned = true;
    }
  }

  private rejectAll(reason: Error): void {
    for (const flight of [...this.inFlight]) {
      flight.settle(notConfirmed(flight.message, 'the connection was lost before the confirm', reason));
    }
  }
}

function unsendable(message: OutgoingMessage, cause: Error): UnsendableError {
  return new UnsendableError(`message ${message.messageId} (${message.type}) cannot be sent: ${cause.message}`, {
    cause,
  });
}

function notConfirmed(message: OutgoingMessage, why: string, cause?: Error): NotConfirmedError {
  return new NotConfirmedError(`message ${message.messageId} (${message.type}) is not confirmed: ${why}`, { cause });
}

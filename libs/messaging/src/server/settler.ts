import { deadLetterQueue, EXCHANGES } from '@waybill/contracts';
import type { Delivery } from '../client/delivery.js';
import type { FlatHeaders } from '../client/messages.js';
import type { Publisher } from '../client/publisher.js';
import { countConsumed } from '../metrics/consumed-messages.js';
import type { IncomingMessage } from './incoming-message.js';
import type { Verdict } from './verdict.js';

/** Headers that a dead letter has beside its own, and what they tell the operator. */
export const DEAD_LETTER_HEADERS = {
  'x-waybill-reason': 'why it could not be handled',
  'x-waybill-service': 'the service that gave up',
  'x-waybill-dead-queue': 'the queue of dead letters that it was sent to',
  'x-waybill-exchange': 'exchange that it was first published to',
  'x-waybill-routing-key': 'routing key that it was first published with',
  'x-waybill-user-id': 'broker user who published it, when the broker had checked that',
  'x-waybill-failures': 'failed deliveries before the last one',
} as const;

const MAX_REASON = 1_000;

export interface SettlerOptions {
  queue: string;
  service: string;
  /** of the queue's virtual host */
  publisher: Publisher;
  /** failed deliveries of one message before it is dead; below the queue's own limit, which knows no reason */
  maxFailures: number;
  onDead: (message: IncomingMessage, reason: string) => void;
}

/** Carries out verdicts: acknowledges, rejects for a later retry, or moves to the dead-letter queue with the reason. */
export class Settler {
  constructor(private readonly options: SettlerOptions) {}

  /** @param why of a retry, kept as the reason when it was the last one */
  async settle(delivery: Delivery, message: IncomingMessage, verdict: Verdict, why: string): Promise<void> {
    const failures = message.failures + 1;
    if (verdict.kind === 'ack') this.accept(delivery);
    else if (verdict.kind === 'dead') await this.bury(delivery, message, verdict.reason);
    else if (failures < this.options.maxFailures) this.retry(delivery);
    else await this.bury(delivery, message, `gave up after ${failures} attempts: ${why}`);
  }

  private accept(delivery: Delivery): void {
    delivery.ack();
    countConsumed(this.options.queue, 'ack');
  }

  /** reject counts and is delayed by the queue's policy; nack(requeue) would do neither */
  private retry(delivery: Delivery): void {
    delivery.reject(true);
    countConsumed(this.options.queue, 'retry');
  }

  /** The dead letter is confirmed before the original is acknowledged: a crash between the two makes two dead letters, never none. */
  private async bury(delivery: Delivery, message: IncomingMessage, reason: string): Promise<void> {
    const { queue, publisher } = this.options;
    try {
      await publisher.publish({
        exchange: EXCHANGES.dead,
        routingKey: queue,
        type: message.type ?? 'unknown',
        messageId: message.id ?? 'none',
        body: message.content,
        contentType: message.contentType ?? undefined,
        headers: { ...flat(message.headers), ...this.circumstances(message, reason) },
      });
    } catch {
      // no way to the dead-letter queue now: counts as a failure and comes again; in the end the broker buries it itself
      return this.retry(delivery);
    }
    delivery.ack();
    countConsumed(queue, 'dead');
    this.options.onDead(message, reason);
  }

  private circumstances(
    message: IncomingMessage,
    reason: string,
  ): Partial<Record<keyof typeof DEAD_LETTER_HEADERS, string | number>> {
    return {
      'x-waybill-reason': reason.slice(0, MAX_REASON),
      'x-waybill-service': this.options.service,
      'x-waybill-dead-queue': deadLetterQueue(this.options.queue),
      'x-waybill-exchange': message.exchange,
      'x-waybill-routing-key': message.routingKey,
      // the broker would refuse another user's id as a property
      ...(message.userId ? { 'x-waybill-user-id': message.userId } : {}),
      'x-waybill-failures': message.failures,
    };
  }
}

function flat(headers: Readonly<Record<string, unknown>>): FlatHeaders {
  const scalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => scalar(value))) as FlatHeaders;
}

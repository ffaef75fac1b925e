import type { Channel } from 'amqplib';
import type { MessageHandler } from '@nestjs/microservices';
import { EXCHANGES, validateMessage } from '@waybill/contracts';
import type { ClassConstructor } from 'class-transformer';
import { isSender } from '../actor/event-sender.js';
import type { Delivery } from '../client/delivery.js';
import { countConsumed, recordQueueAge } from '../metrics/consumed-messages.js';
import { processSpan } from '../tracing/spans.js';
import type { ConsumerDependencies } from './consumer-dependencies.js';
import { type IncomingMessage, incomingMessage } from './incoming-message.js';
import { invokeHandler } from './invoke-handler.js';
import { meansDown } from './means-down.js';
import { QueueConsumer } from './queue-consumer.js';
import { ACK, dead, type Verdict } from './verdict.js';
import { reasonOf, verdictOfError } from './verdict-of-error.js';

export interface EventRoute {
  type: ClassConstructor<object>;
  handler: MessageHandler;
}

export interface EventQueue {
  queue: string;
  /** by event type */
  routes: ReadonlyMap<string, EventRoute>;
  /** messages handled at the same time */
  concurrency: number;
  /** declared exclusive by this process and bound to the events of its routes */
  perInstance: boolean;
}

/** Declaration of a queue that a process has for itself. */
export const LIVE_QUEUE_ARGUMENTS = { 'x-queue-type': 'classic' };

/** Handles the events of one queue, several at a time, each with its own verdict. */
export class EventConsumer extends QueueConsumer {
  constructor(
    private readonly options: EventQueue,
    dependencies: ConsumerDependencies,
  ) {
    const { queue, concurrency: prefetch, perInstance: exclusive } = options;
    const prepare = exclusive ? (channel: Channel) => declareOwn(channel, options) : undefined;
    super({ queue, prefetch, exclusive, prepare, nameOf: ({ type }) => type }, dependencies);
  }

  protected receive(delivery: Delivery): void {
    void this.work.track(() => this.handle(delivery));
  }

  private async handle(delivery: Delivery): Promise<void> {
    const message = incomingMessage(delivery.message);
    recordQueueAge(this.options.queue, message);
    let why = 'the handler asked for a retry';
    let verdict: Verdict;
    try {
      verdict = await processSpan(message, this.queue, () => this.judge(message));
      this.subscription.succeeded();
    } catch (error) {
      why = reasonOf(error);
      this.dependencies.logger.warn(`${this.queue}: message ${message.id} (${message.type}) failed: ${why}`);
      if (await meansDown(error, this.dependencies.probe)) {
        this.subscription.pause(error as Error);
        countConsumed(this.options.queue, 'returned');
        return delivery.giveBack();
      }
      verdict = verdictOfError(error);
    }
    await this.settle(delivery, message, verdict, why);
  }

  private async judge(message: IncomingMessage): Promise<Verdict> {
    if (!message.id) return dead('the message has no message id');
    const type = message.type ?? message.routingKey;
    const route = this.options.routes.get(type);
    if (!route) return dead(`nothing in ${this.dependencies.service} handles "${type}" from ${this.queue}`);
    const { vhostPrefix } = this.dependencies;
    if (!isSender(message.userId, type, vhostPrefix))
      return dead(`"${type}" is not for the account ${message.userId ?? '(none)'} to say`);
    let body: unknown;
    try {
      body = message.json();
    } catch (error) {
      return dead(`not JSON: ${(error as Error).message}`);
    }
    const validated = validateMessage(route.type, body);
    if (!validated.ok)
      return dead(
        `not a valid ${type}: ${validated.errors.map((error) => `${error.pointer} ${error.message}`).join('; ')}`,
      );
    const context = { message, messageId: message.id, queue: this.queue, deadline: null };
    return ((await invokeHandler(route.handler, validated.value, context)) as Verdict | undefined) ?? ACK;
  }

  private async settle(delivery: Delivery, message: IncomingMessage, verdict: Verdict, why: string): Promise<void> {
    // nothing can be retried or buried in a queue that is gone with the process
    if (this.options.perInstance) {
      delivery.ack();
      return countConsumed(this.options.queue, verdict.kind);
    }
    await this.settler.settle(delivery, message, verdict, why);
  }
}

async function declareOwn(channel: Channel, { queue, routes }: EventQueue): Promise<void> {
  await channel.assertQueue(queue, {
    exclusive: true,
    durable: false,
    autoDelete: true,
    arguments: LIVE_QUEUE_ARGUMENTS,
  });
  for (const event of routes.keys()) await channel.bindQueue(queue, EXCHANGES.events, event);
}

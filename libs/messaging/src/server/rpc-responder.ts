import type { MessageHandler } from '@nestjs/microservices';
import {
  type Actor,
  EXCHANGES,
  type RpcReply,
  rpcQueue,
  type ServiceName,
  validateMessage,
  WaybillError,
  type WireError,
} from '@waybill/contracts';
import type { ClassConstructor } from 'class-transformer';
import type { ActorVerifier } from '../actor/actor-verifier.js';
import { authorize } from '../actor/authorize.js';
import { runAs } from '../actor/current-actor.js';
import type { BrokerConnection } from '../client/broker-connection.js';
import { ConsumerChannel, type Subscription } from '../client/consumer-channel.js';
import type { Delivery } from '../client/delivery.js';
import { KeptChannel } from '../client/kept-channel.js';
import { DEADLINE_HEADER } from '../rpc/deadline.js';
import { answerSpan } from '../tracing/spans.js';
import type { RunningConsumer } from './consumer-dependencies.js';
import { type IncomingMessage, incomingMessage } from './incoming-message.js';
import { invokeHandler } from './invoke-handler.js';
import { meansDown } from './means-down.js';
import type { MessageLogger } from './message-logger.js';
import { reasonOf } from './verdict-of-error.js';
import { WorkInHand } from './work-in-hand.js';

export interface RpcRoute {
  type: ClassConstructor<object>;
  handler: MessageHandler;
}

export interface RpcResponderOptions {
  service: ServiceName;
  /** by pattern */
  routes: ReadonlyMap<string, RpcRoute>;
  consume: BrokerConnection;
  publish: BrokerConnection;
  /** checks who asks */
  actors: ActorVerifier;
  /** default none */
  vhostPrefix?: string;
  /** rejects while the database is down */
  probe: () => Promise<void>;
  logger: MessageLogger;
  /** requests handled at the same time; default 64 */
  concurrency?: number;
}

/** Answers the requests to a service, from whom RPC_ACCESS allows. A crash before the answer makes the broker deliver the request again: handlers are idempotent. */
export class RpcResponder implements RunningConsumer {
  private readonly channel: ConsumerChannel;
  private readonly replies: KeptChannel;
  private readonly subscription: Subscription;
  private readonly work = new WorkInHand();

  constructor(private readonly options: RpcResponderOptions) {
    this.replies = KeptChannel.plain({ connection: options.publish, setup: async () => undefined });
    this.channel = new ConsumerChannel(options.consume);
    this.subscription = this.channel.subscribe({
      queue: this.queue,
      prefetch: options.concurrency ?? 64,
      onMessage: (delivery) => void this.work.track(() => this.handle(delivery)),
    });
  }

  get queue(): string {
    return rpcQueue(this.options.service);
  }

  get trouble(): string | null {
    return this.subscription.active
      ? null
      : `queue ${this.queue} is not consumed: ${this.subscription.error?.message ?? 'connecting'}`;
  }

  async drain(timeoutMs: number): Promise<void> {
    await this.subscription.cancel();
    await this.work.idle(timeoutMs);
  }

  async close(): Promise<void> {
    await this.channel.close();
    await this.replies.close();
  }

  private async handle(delivery: Delivery): Promise<void> {
    const message = incomingMessage(delivery.message);
    const { replyTo, correlationId } = delivery.message.properties as { replyTo?: string; correlationId?: string };
    const deadline = Number(message.headers[DEADLINE_HEADER] ?? Number.NaN);
    // nobody waits for it any more
    if (!replyTo || deadline <= Date.now()) return delivery.ack();
    const reply = await this.answer(message, Number.isNaN(deadline) ? null : deadline);
    this.send(replyTo, correlationId, message, reply);
    delivery.ack();
  }

  private async answer(message: IncomingMessage, deadline: number | null): Promise<RpcReply<unknown>> {
    try {
      // a name of its own for everything unknown: what is asked by mistake must not make series of its own
      const pattern = this.options.routes.has(message.type ?? '') ? message.type! : '_OTHER';
      const data = await answerSpan(message, pattern, this.queue, () => this.invoke(message, deadline));
      return { ok: true, data: data ?? {} };
    } catch (error) {
      return { ok: false, error: await this.wireError(message, error) };
    }
  }

  private async invoke(message: IncomingMessage, deadline: number | null): Promise<unknown> {
    const route = this.options.routes.get(message.type ?? '');
    if (!route)
      throw new WaybillError(
        'unavailable',
        'rpc.unknownPattern',
        `${this.options.service} does not answer "${message.type}".`,
      );
    // before anything is read: whoever may not ask learns nothing from the answer
    const actor = await this.authorized(message);
    const validated = validateMessage(route.type, this.decode(message));
    if (!validated.ok)
      throw new WaybillError(
        'invalid',
        'request.invalid',
        'The request has wrong or unknown fields.',
        validated.errors,
      );
    const context = { message, messageId: message.id ?? '', queue: this.queue, deadline };
    return runAs(actor, () => invokeHandler(route.handler, validated.value, context));
  }

  private async authorized(message: IncomingMessage): Promise<Actor> {
    try {
      return await authorize(message, this.options.actors, this.options.vhostPrefix ?? '');
    } catch (error) {
      // the gateway has asked the same table before: whoever gets here did not come through it
      this.options.logger.warn(`${message.type} from account ${message.userId} was refused: ${reasonOf(error)}`);
      throw error;
    }
  }

  private decode(message: IncomingMessage): unknown {
    try {
      return message.json();
    } catch {
      throw new WaybillError('invalid', 'request.notJson', 'The request is not JSON in UTF-8.');
    }
  }

  private async wireError(message: IncomingMessage, error: unknown): Promise<WireError> {
    if (error instanceof WaybillError) return error.toWire();
    const { service, logger, probe } = this.options;
    if (await meansDown(error, probe)) {
      logger.warn(`${message.type} cannot be answered now: ${reasonOf(error)}`);
      const detail = `Something that ${service} needs for "${message.type}" is away. Try again soon.`;
      return { code: 'unavailable', kind: 'unavailable', detail };
    }
    logger.error(`${message.type} failed: ${reasonOf(error)}`, error instanceof Error ? error.stack : undefined);
    return {
      code: 'internal',
      kind: 'internal',
      detail: `${service} failed on "${message.type}". Its log has the reason.`,
    };
  }

  private send(
    replyTo: string,
    correlationId: string | undefined,
    { id, type }: IncomingMessage,
    reply: RpcReply<unknown>,
  ): void {
    const options = {
      correlationId,
      messageId: id ?? undefined,
      type: type ?? undefined,
      contentType: 'application/json',
      persistent: false,
    };
    try {
      this.replies.current?.publish(EXCHANGES.replies, replyTo, Buffer.from(JSON.stringify(reply)), options);
    } catch (error) {
      // the channel has just closed: the caller's deadline ends its waiting
      this.options.logger.warn(`the answer to ${type} was lost: ${reasonOf(error)}`);
    }
  }
}

import { randomUUID } from 'node:crypto';
import type { Channel, ConsumeMessage, Message } from 'amqplib';
import {
  type Actor,
  EXCHANGES,
  isRead,
  REPLY_QUEUE_PREFIX,
  type RpcContract,
  type RpcPattern,
  type RpcReply,
  rpcQueue,
  WaybillError,
} from '@waybill/contracts';
import type { ActorSigner } from '../actor/actor-signer.js';
import { ACTOR_HEADER } from '../actor/actor-token.js';
import { currentActor } from '../actor/current-actor.js';
import type { BrokerConnection } from '../client/broker-connection.js';
import { KeptChannel } from '../client/kept-channel.js';
import { parseJson } from '../server/incoming-message.js';
import { clientSpan } from '../tracing/spans.js';
import { DEADLINE_HEADER } from './deadline.js';
import { rpcOwner } from './rpc-owner.js';

const DEFAULT_TIMEOUT_MS = 5_000;
const REPLY_QUEUE_ARGUMENTS = { 'x-queue-type': 'classic' };

interface Call {
  resolve(data: unknown): void;
  reject(error: WaybillError): void;
}

export interface RpcClientOptions {
  /** vouches for the actor of the request in hand; without it a service asks in its own name */
  signer?: ActorSigner;
  /** default {@link currentActor} */
  actor?: () => Actor | null;
}

/** Asks another service and waits for its answer, at most until a deadline. */
export class RpcClient {
  private readonly calls = new Map<string, Call>();
  /** of the channel in use */
  private replyQueue = '';
  private readonly kept: KeptChannel;

  private readonly user: string;

  constructor(
    connection: BrokerConnection,
    private readonly options: RpcClientOptions = {},
  ) {
    this.user = connection.user;
    this.kept = KeptChannel.plain({
      connection,
      setup: (channel) => this.listen(channel),
      onClosed: () => this.rejectAll(),
    });
  }

  /** Requests can leave. */
  get ready(): boolean {
    return this.kept.current !== null;
  }

  /**
   * @throws WaybillError of the answering service; or kind `unavailable`: `rpc.timeout` when no answer came in time (the request
   * may have been carried out), `rpc.unavailable` when the service has no queue or the connection was lost
   */
  async call<P extends RpcPattern>(
    pattern: P,
    request: RpcContract[P]['request'],
    { timeoutMs = DEFAULT_TIMEOUT_MS }: { timeoutMs?: number } = {},
  ): Promise<RpcContract[P]['response']> {
    const deadline = Date.now() + timeoutMs;
    const channel = await this.kept.ready(timeoutMs).catch(() => {
      throw unavailable(pattern, 'there is no connection to the broker');
    });
    const content = Buffer.from(JSON.stringify(request));
    const actor = await this.proof(pattern, content);
    return clientSpan(pattern, rpcQueue(rpcOwner(pattern)), (trace) => {
      const id = randomUUID();
      return new Promise<RpcContract[P]['response']>((resolve, reject) => {
        const left = Math.max(1, deadline - Date.now());
        const timer = setTimeout(() => call.reject(timedOut(pattern, timeoutMs)), left);
        const settle = (action: () => void) => {
          clearTimeout(timer);
          // an answer that comes after this finds no call and is dropped
          if (this.calls.delete(id)) action();
        };
        const call: Call = {
          resolve: (data) => settle(() => resolve(data as RpcContract[P]['response'])),
          reject: (error) => settle(() => reject(error)),
        };
        this.calls.set(id, call);
        this.send(channel, pattern, id, content, left, { ...trace, ...actor, [DEADLINE_HEADER]: deadline }, call);
      });
    });
  }

  /** Rejects the calls under way. */
  async close(): Promise<void> {
    await this.kept.close();
    this.rejectAll();
  }

  /** Header that says for whom; none when there is nobody, or when this process may not vouch for anybody. */
  private async proof(pattern: RpcPattern, content: Buffer): Promise<Record<string, string>> {
    const { signer, actor = currentActor } = this.options;
    const current = actor();
    return signer && current ? { [ACTOR_HEADER]: await signer.sign(current, pattern, content) } : {};
  }

  private send(
    channel: Channel,
    pattern: RpcPattern,
    id: string,
    content: Buffer,
    left: number,
    headers: Record<string, unknown>,
    call: Call,
  ): void {
    try {
      channel.publish(EXCHANGES.rpc, rpcQueue(rpcOwner(pattern)), content, {
        mandatory: true,
        persistent: false,
        // nobody waits for the answer any more: the broker need not deliver it
        expiration: left,
        messageId: id,
        correlationId: id,
        replyTo: this.replyQueue,
        userId: this.user,
        type: pattern,
        contentType: 'application/json',
        headers,
      });
    } catch {
      call.reject(unavailable(pattern, 'the connection to the broker was lost'));
    }
  }

  private async listen(channel: Channel): Promise<void> {
    channel.on('return', ({ properties }: Message) => {
      this.calls
        .get(String(properties.messageId))
        ?.reject(unavailable(String(properties.type), 'its queue does not exist'));
    });
    // Not RabbitMQ's direct reply-to: whoever answers there must be allowed to publish to the default exchange, that is, into every queue.
    const queue = REPLY_QUEUE_PREFIX + randomUUID();
    await channel.assertQueue(queue, {
      exclusive: true,
      durable: false,
      autoDelete: true,
      arguments: REPLY_QUEUE_ARGUMENTS,
    });
    await channel.bindQueue(queue, EXCHANGES.replies, queue);
    await channel.consume(queue, (message) => message && this.onReply(message), { noAck: true });
    this.replyQueue = queue;
  }

  private onReply({ content, properties }: ConsumeMessage): void {
    const call = this.calls.get(String(properties.correlationId));
    if (!call) return;
    const reply = decodeReply(content);
    if (reply.ok) call.resolve(reply.data);
    else call.reject(WaybillError.fromWire(reply.error));
  }

  private rejectAll(): void {
    for (const call of [...this.calls.values()])
      call.reject(unavailable('request', 'the connection to the broker was lost'));
  }
}

function decodeReply(content: Buffer): RpcReply<unknown> {
  try {
    return parseJson(content) as RpcReply<unknown>;
  } catch {
    return {
      ok: false,
      error: { code: 'rpc.reply', kind: 'internal', detail: 'The answer of the service is not JSON.' },
    };
  }
}

function unavailable(pattern: string, why: string): WaybillError {
  return new WaybillError(
    'unavailable',
    'rpc.unavailable',
    `"${pattern}" cannot be asked now: ${why}. Try again later.`,
  );
}

function timedOut(pattern: RpcPattern, timeoutMs: number): WaybillError {
  const advice = isRead(pattern) ? 'Ask again in a moment.' : 'It may have been carried out; ask again.';
  return new WaybillError(
    'unavailable',
    'rpc.timeout',
    `"${pattern}" did not answer within ${timeoutMs} ms. ${advice}`,
  );
}

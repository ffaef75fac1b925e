import { randomUUID } from 'node:crypto';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { rpcQueue, type ServiceName } from '@waybill/contracts';
import { ActorVerifier } from '../actor/actor-verifier.js';
import type { ConsumedQueue } from '../metrics/queue-gauges.js';
import type { BrokerLinks } from '../nest/broker-links.js';
import { BatchConsumer } from './batch-consumer.js';
import type { ConsumerDependencies, RunningConsumer } from './consumer-dependencies.js';
import { EventConsumer } from './event-consumer.js';
import type { VhostRole } from './handler-extras.js';
import { HandlerRegistry } from './handler-registry.js';
import { RpcResponder } from './rpc-responder.js';

export interface WaybillServerOptions {
  service: ServiceName;
  links: BrokerLinks;
  /** Ed25519 public keys (PEM) of the gateway, at each moment; without them no request can be answered */
  actorPublicKeys?: () => string;
  /** rejects while the database is down */
  probe: () => Promise<void>;
  /** failed deliveries of one message before it is dead; default {@link MAX_FAILURES} */
  maxFailures?: number;
  /** how long a shutdown waits for handlers, default 20 s */
  drainTimeoutMs?: number;
}

/** Below the delivery limit of the queues' policy, so that we bury the message ourselves and know the reason. */
export const MAX_FAILURES = 15;

/** Nest transport over RabbitMQ: one consumer per queue that the handlers of this process name. */
export class WaybillServer extends Server implements CustomTransportStrategy {
  private consumers: RunningConsumer[] = [];
  private consumed: ConsumedQueue[] = [];
  private started = false;
  private readonly drained: (() => Promise<void>)[] = [];

  constructor(private readonly options: WaybillServerOptions) {
    super();
  }

  get listening(): boolean {
    return this.started;
  }

  /** Queues that this process shares with its replicas. */
  get queues(): readonly ConsumedQueue[] {
    return this.consumed;
  }

  /** Queues that are not being consumed, each with the reason; empty when all is well. */
  troubles(): string[] {
    return this.consumers.map((consumer) => consumer.trouble).filter((trouble) => trouble !== null);
  }

  /** Runs when the last handler has finished, before the connections close; for the outbox relay's last round. */
  onDrained(action: () => Promise<void>): void {
    this.drained.push(action);
  }

  /** Starts to consume. The broker may still be away: consumers begin as soon as it is there. */
  listen(callback: (error?: unknown) => void): void {
    try {
      this.consumers = this.start();
      this.started = true;
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Takes no more messages, waits for those in hand, then lets the outbox leave. */
  async close(): Promise<void> {
    const consumers = this.consumers;
    this.consumers = [];
    await Promise.all(consumers.map((consumer) => consumer.drain(this.options.drainTimeoutMs ?? 20_000)));
    for (const action of this.drained) await action();
    await Promise.all(consumers.map((consumer) => consumer.close()));
  }

  /** There are no transport events to listen to. */
  on(): this {
    return this;
  }

  unwrap<T>(): T {
    return this.options.links as T;
  }

  private start(): RunningConsumer[] {
    const registry = new HandlerRegistry();
    for (const [pattern, handler] of this.messageHandlers) this.register(registry, pattern, handler);
    this.consumed = [
      ...[...registry.events.values()].filter(({ perInstance }) => !perInstance),
      ...registry.batches.values(),
      ...(registry.rpc.size > 0 ? [{ vhost: 'services' as const, queue: rpcQueue(this.options.service) }] : []),
    ].map(({ vhost, queue }) => ({ vhost, queue }));
    return [...this.eventConsumers(registry), ...this.batchConsumers(registry), ...this.responders(registry)];
  }

  private register(registry: HandlerRegistry, pattern: string, handler: MessageHandler): void {
    if (handler.next) throw new Error(`two handlers claim "${pattern}"`);
    registry.add(pattern, handler);
  }

  private eventConsumers({ events }: HandlerRegistry): RunningConsumer[] {
    return [...events.values()].map(({ vhost, queue, ...group }) => {
      const name = group.perInstance ? `${queue}.${randomUUID()}` : queue;
      return new EventConsumer({ ...group, queue: name }, this.dependencies(vhost));
    });
  }

  private batchConsumers({ batches }: HandlerRegistry): RunningConsumer[] {
    return [...batches.values()].map(({ vhost, ...queue }) => new BatchConsumer(queue, this.dependencies(vhost)));
  }

  private responders({ rpc }: HandlerRegistry): RunningConsumer[] {
    if (rpc.size === 0) return [];
    const { service, links, probe, actorPublicKeys } = this.options;
    if (!actorPublicKeys)
      throw new Error(`${service} answers requests but cannot check who asks: give actorPublicKeys`);
    const { consume, publish } = links.of('services');
    const trust = { actors: new ActorVerifier(actorPublicKeys), vhostPrefix: links.vhostPrefix };
    return [new RpcResponder({ service, routes: rpc, consume, publish, probe, logger: this.logger, ...trust })];
  }

  private dependencies(vhost: VhostRole): ConsumerDependencies {
    const { service, links, probe, maxFailures = MAX_FAILURES } = this.options;
    const { consume, publisher } = links.of(vhost);
    return {
      service,
      vhostPrefix: links.vhostPrefix,
      connection: consume,
      publisher,
      maxFailures,
      probe,
      logger: this.logger,
    };
  }
}

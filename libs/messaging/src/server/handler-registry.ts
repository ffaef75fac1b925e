import type { MessageHandler } from '@nestjs/microservices';
import type { BatchQueue } from './batch-consumer.js';
import type { EventRoute } from './event-consumer.js';
import type { EventHandlerOptions, HandlerExtras, VhostRole } from './handler-extras.js';
import type { RpcRoute } from './rpc-responder.js';

interface EventGroup {
  vhost: VhostRole;
  queue: string;
  concurrency: number;
  perInstance: boolean;
  routes: Map<string, EventRoute>;
}

const DEFAULT_CONCURRENCY = 8;

/** Sorts the handlers that Nest found by the queue they take from. */
export class HandlerRegistry {
  readonly rpc = new Map<string, RpcRoute>();
  readonly events = new Map<string, EventGroup>();
  readonly batches = new Map<string, BatchQueue & { vhost: VhostRole }>();

  /** @throws Error when two handlers claim the same, or when the handler was not declared by our decorators */
  add(pattern: string, handler: MessageHandler): void {
    const extras = handler.extras as HandlerExtras | undefined;
    switch (extras?.kind) {
      case 'rpc':
        return this.unique(this.rpc, extras.pattern, { type: extras.type, handler });
      case 'event':
        return this.addEvent(extras, handler);
      case 'batch':
        return this.unique(this.batches, extras.queue, {
          vhost: extras.vhost ?? 'services',
          queue: extras.queue,
          maxMessages: extras.maxMessages ?? 500,
          maxWaitMs: extras.maxWaitMs ?? 50,
          prefetch: extras.prefetch ?? 2_000,
          handler,
        });
      default:
        throw new Error(`handler "${pattern}" is not declared with RpcHandler, EventHandler or BatchHandler`);
    }
  }

  private addEvent(options: EventHandlerOptions, handler: MessageHandler): void {
    const group: EventGroup = this.events.get(options.queue) ?? {
      vhost: options.vhost ?? 'services',
      queue: options.queue,
      concurrency: 1,
      perInstance: options.perInstance ?? false,
      routes: new Map(),
    };
    group.concurrency = Math.max(group.concurrency, options.concurrency ?? DEFAULT_CONCURRENCY);
    this.events.set(options.queue, group);
    this.unique(group.routes, options.event, { type: options.type, handler });
  }

  private unique<T>(map: Map<string, T>, key: string, value: T): void {
    if (map.has(key)) throw new Error(`two handlers claim "${key}"`);
    map.set(key, value);
  }
}

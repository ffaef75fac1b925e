import type { ClassConstructor } from 'class-transformer';

/** Virtual host by its role; the real name carries the configured prefix. */
export type VhostRole = 'services' | 'agents';

export interface EventHandlerOptions {
  /** type and routing key, one of `EVENTS` */
  event: string;
  /** durable queue of the topology, e.g. `result.targets`; several events may share it */
  queue: string;
  /** class that the body is validated against */
  type: ClassConstructor<object>;
  /** default `services` */
  vhost?: VhostRole;
  /** messages of the queue handled at the same time by this process; default 8; the largest of the queue's handlers counts */
  concurrency?: number;
  /**
   * The queue is this process's own: declared exclusive as `<queue>.<uuid>`, bound to the events of its handlers,
   * and gone with the process. For live events only.
   */
  perInstance?: boolean;
}

export interface BatchHandlerOptions {
  queue: string;
  /** default `services` */
  vhost?: VhostRole;
  /** default 500 */
  maxMessages?: number;
  /** how long the first message of a batch waits for more, default 50 ms */
  maxWaitMs?: number;
  /** default 2000 */
  prefetch?: number;
}

/** What the decorators tell the server through Nest's pattern extras. */
export type HandlerExtras =
  | { kind: 'rpc'; pattern: string; type: ClassConstructor<object> }
  | ({ kind: 'event' } & EventHandlerOptions)
  | ({ kind: 'batch' } & BatchHandlerOptions);

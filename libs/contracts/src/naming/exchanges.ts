/** Virtual hosts: `waybill` is for services only, `agents` is shared with the computers. */
export const VHOSTS = { services: 'waybill', agents: 'agents' } as const;

export const EXCHANGES = {
  /** Topic, vhost `waybill`: what happened, one quorum queue per subscription. */
  events: 'waybill.events',
  /** Direct, vhost `agents`, no alternate exchange: an unroutable command must come back. */
  commands: 'waybill.commands',
  /** Topic, vhost `agents`: what agents publish. */
  reports: 'waybill.reports',
  /** Direct, vhost `waybill`: requests; routing key = the service's rpc queue. */
  rpc: 'waybill.rpc',
  /** Direct, vhost `waybill`: answers; routing key = the queue of who asked. */
  replies: 'waybill.replies',
  /** Direct, both vhosts: messages that could not be handled; routing key = the queue they came from. */
  dead: 'waybill.dead',
} as const;

/** Queues of the `agents` vhost that the result service reads. */
export const REPORT_QUEUES = { status: 'reports.status', progress: 'reports.progress' } as const;

export type ServiceName = 'gateway' | 'package' | 'fleet' | 'job-scheduler' | 'result';

/** Queue that carries the requests to a service (vhost `waybill`). */
export function rpcQueue(service: ServiceName): string {
  return `rpc.${service}`;
}

/** What the names of reply queues begin with (vhost `waybill`); each belongs to one connection and goes with it. */
export const REPLY_QUEUE_PREFIX = 'reply.';

/** Queue of one subscription of a service, e.g. `result.targets` (vhost `waybill`). */
export function subscriptionQueue(service: ServiceName, purpose: string): string {
  return `${service}.${purpose}`;
}

/** Where messages go that could not be handled, with the reason in header `x-waybill-reason`. */
export function deadLetterQueue(queue: string): string {
  return `${queue}.dead`;
}

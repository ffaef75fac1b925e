import {
  deadLetterQueue,
  EVENTS,
  EXCHANGES,
  inboxStream,
  INBOX_SHARDS,
  REPORT_QUEUES,
  REPORT_TYPES,
  rpcQueue,
  type ServiceName,
  VHOSTS,
} from '@waybill/contracts';
import type { VhostRole } from '../server/handler-extras.js';
import { inboxStreamArguments } from './stream-arguments.js';

export interface ExchangeSpec {
  name: string;
  type: 'topic' | 'direct';
}

export interface QueueSpec {
  name: string;
  /** `arguments` of the declaration; the queue type is among them */
  arguments: Record<string, string | number>;
}

export interface BindingSpec {
  exchange: string;
  queue: string;
  routingKey: string;
}

/** Everything static of one virtual host. */
export interface VhostTopology {
  vhost: VhostRole;
  exchanges: ExchangeSpec[];
  queues: QueueSpec[];
  bindings: BindingSpec[];
}

/** One subscription of a service to events: its own quorum queue, so that a slow service delays no other. */
export interface SubscriptionSpec {
  service: ServiceName;
  queue: string;
  events: readonly string[];
}

/** Who listens to what. */
export const SUBSCRIPTIONS: readonly SubscriptionSpec[] = [
  {
    service: 'job-scheduler',
    queue: 'job-scheduler.packages',
    events: [EVENTS.packageVersionPublished, EVENTS.packageVersionWithdrawn],
  },
  { service: 'job-scheduler', queue: 'job-scheduler.groups', events: [EVENTS.groupChanged] },
  { service: 'job-scheduler', queue: 'job-scheduler.members', events: [EVENTS.groupMembersChanged] },
  {
    service: 'job-scheduler',
    queue: 'job-scheduler.progress',
    events: [EVENTS.jobProgressed, EVENTS.jobExecutionsReady, EVENTS.executionAnomaly],
  },
  { service: 'result', queue: 'result.targets', events: [EVENTS.jobTargetsAssigned] },
  {
    service: 'result',
    queue: 'result.jobs',
    events: [
      EVENTS.jobCancelRequested,
      EVENTS.jobStatusChanged,
      EVENTS.jobWaveReleased,
      EVENTS.jobComputersTold,
      EVENTS.jobTargetsLeft,
      EVENTS.jobArchived,
    ],
  },
  { service: 'result', queue: 'result.computers', events: [EVENTS.computerRemoved] },
  {
    service: 'gateway',
    queue: 'gateway.webhooks',
    events: [EVENTS.jobStatusChanged, EVENTS.jobWaveReleased, EVENTS.jobAttemptsEnded],
  },
];

/** Live events for the browser: every gateway process declares a queue of its own, `<queue>.<uuid>`, which goes with it. */
export const LIVE_EVENTS: SubscriptionSpec = {
  service: 'gateway',
  queue: 'gateway.live',
  events: [EVENTS.jobProgressed, EVENTS.jobStatusChanged],
};

/** Services that answer requests. */
export const RPC_SERVICES: readonly ServiceName[] = ['package', 'fleet', 'job-scheduler', 'result'];

/** Progress is lossy on purpose: the oldest goes first, nothing is older than ten minutes. */
const PROGRESS_ARGUMENTS = {
  'x-queue-type': 'classic',
  'x-max-length': 500_000,
  'x-overflow': 'drop-head',
  'x-message-ttl': 600_000,
};

/** A queue whose messages may not be lost, with the queue that its dead letters go to. */
function durableQueue(name: string): { queues: QueueSpec[]; bindings: BindingSpec[] } {
  const graveyard = deadLetterQueue(name);
  return {
    queues: [
      // only what never changes; how often and how late it retries is policy
      {
        name,
        arguments: {
          'x-queue-type': 'quorum',
          'x-dead-letter-exchange': EXCHANGES.dead,
          'x-dead-letter-routing-key': name,
        },
      },
      { name: graveyard, arguments: { 'x-queue-type': 'quorum' } },
    ],
    bindings: [{ exchange: EXCHANGES.dead, queue: graveyard, routingKey: name }],
  };
}

function servicesTopology(): VhostTopology {
  const subscriptions = SUBSCRIPTIONS.map(({ queue }) => durableQueue(queue));
  return {
    vhost: 'services',
    exchanges: [
      { name: EXCHANGES.events, type: 'topic' },
      { name: EXCHANGES.rpc, type: 'direct' },
      { name: EXCHANGES.replies, type: 'direct' },
      { name: EXCHANGES.dead, type: 'direct' },
    ],
    queues: [
      ...subscriptions.flatMap(({ queues }) => queues),
      // Classic: a request lives for seconds and its caller asks again, so it need not be on the disks of three nodes.
      ...RPC_SERVICES.map((service) => ({ name: rpcQueue(service), arguments: { 'x-queue-type': 'classic' } })),
    ],
    bindings: [
      ...subscriptions.flatMap(({ bindings }) => bindings),
      ...SUBSCRIPTIONS.flatMap(({ queue, events }) =>
        events.map((routingKey) => ({ exchange: EXCHANGES.events, queue, routingKey })),
      ),
      ...RPC_SERVICES.map((service) => ({
        exchange: EXCHANGES.rpc,
        queue: rpcQueue(service),
        routingKey: rpcQueue(service),
      })),
    ],
  };
}

function agentsTopology(): VhostTopology {
  const status = durableQueue(REPORT_QUEUES.status);
  const shards = Array.from({ length: INBOX_SHARDS }, (_, shard) => inboxStream(shard));
  return {
    vhost: 'agents',
    exchanges: [
      { name: EXCHANGES.commands, type: 'direct' },
      { name: EXCHANGES.reports, type: 'topic' },
      { name: EXCHANGES.dead, type: 'direct' },
    ],
    queues: [
      ...status.queues,
      { name: REPORT_QUEUES.progress, arguments: PROGRESS_ARGUMENTS },
      ...shards.map((name) => ({ name, arguments: inboxStreamArguments() })),
    ],
    bindings: [
      ...status.bindings,
      { exchange: EXCHANGES.reports, queue: REPORT_QUEUES.status, routingKey: `*.${REPORT_TYPES.status}` },
      { exchange: EXCHANGES.reports, queue: REPORT_QUEUES.progress, routingKey: `*.${REPORT_TYPES.progress}` },
      ...shards.map((name) => ({ exchange: EXCHANGES.commands, queue: name, routingKey: name })),
    ],
  };
}

/** All that exists before a service starts; group streams (fleet) and live queues (gateway) come at run time. */
export const TOPOLOGY: readonly VhostTopology[] = [servicesTopology(), agentsTopology()];

/** Name of a virtual host; a prefix keeps test runs apart. */
export function vhostName(role: VhostRole, prefix: string): string {
  return `${prefix}${VHOSTS[role]}`;
}

import {
  deadLetterQueue,
  EVENTS,
  EXCHANGES,
  REPLY_QUEUE_PREFIX,
  REPORT_QUEUES,
  rpcQueue,
  type ServiceName,
} from '@waybill/contracts';
import type { VhostRole } from '../server/handler-extras.js';
import { LIVE_EVENTS, SUBSCRIPTIONS } from './topology.js';

/** Regular expressions over names of exchanges and queues; absent means none. */
export interface VhostRights {
  configure?: string;
  write?: string;
  read?: string;
}

/** Rights on a topic exchange by routing key. */
export interface TopicRights {
  exchange: string;
  write: string;
  read: string;
}

export interface BrokerAccount {
  service: ServiceName;
  /** RabbitMQ tags */
  tags: string;
  rights: Partial<Record<VhostRole, VhostRights>>;
  /** in vhost `services` */
  topics: TopicRights[];
}

/** Which events a service may publish. */
export const PUBLISHES: Record<ServiceName, readonly string[]> = {
  gateway: [],
  package: [EVENTS.packageVersionPublished, EVENTS.packageVersionWithdrawn],
  fleet: [EVENTS.groupChanged, EVENTS.groupMembersChanged, EVENTS.computerRemoved],
  'job-scheduler': [
    EVENTS.jobStatusChanged,
    EVENTS.jobTargetsAssigned,
    EVENTS.jobWaveReleased,
    EVENTS.jobComputersTold,
    EVENTS.jobTargetsLeft,
    EVENTS.jobCancelRequested,
    EVENTS.jobArchived,
  ],
  result: [EVENTS.jobExecutionsReady, EVENTS.jobProgressed, EVENTS.jobAttemptsEnded, EVENTS.executionAnomaly],
};

const NONE = '^$';

/** Live queues of a gateway process, declared and bound by itself. */
const LIVE = `${escape(LIVE_EVENTS.queue)}\\..*`;

/** Who asks declares a queue for the answers and binds it. Nobody may publish to the default exchange, which leads into every queue. */
const REPLIES = `${escape(REPLY_QUEUE_PREFIX)}.*`;

/** To ask how many dead letters of its own there are, a service needs some right on their queue; this one lets it do nothing else. */
function askAbout(queues: readonly string[]): string[] {
  return queues.map((queue) => escape(deadLetterQueue(queue)));
}

function subscriptionsOf(service: ServiceName): string[] {
  return SUBSCRIPTIONS.filter((subscription) => subscription.service === service).map(({ queue }) => queue);
}

/** Own rpc and subscription queues; the right to publish own events, to ask, to answer and to bury. */
function answeringService(service: ServiceName): Required<VhostRights> {
  const own = subscriptionsOf(service);
  return {
    configure: anyOf(REPLIES),
    write: anyOf(
      ...[EXCHANGES.events, EXCHANGES.rpc, EXCHANGES.replies, EXCHANGES.dead].map(escape),
      REPLIES,
      ...askAbout(own),
    ),
    read: anyOf(...[EXCHANGES.replies, rpcQueue(service), ...own].map(escape), REPLIES),
  };
}

function account(service: ServiceName, rights: BrokerAccount['rights'], tags = ''): BrokerAccount {
  const write = anyOf(...PUBLISHES[service].map(escape));
  // only the gateway binds a queue at run time
  const read = service === LIVE_EVENTS.service ? anyOf(...LIVE_EVENTS.events.map(escape)) : NONE;
  return { service, tags, rights, topics: [{ exchange: EXCHANGES.events, write, read }] };
}

/** One account per service, each with the least it needs. Agents have none: their token carries their scopes. */
export const BROKER_ACCOUNTS: readonly BrokerAccount[] = [
  account('gateway', {
    services: {
      configure: anyOf(LIVE, REPLIES),
      write: anyOf(
        escape(EXCHANGES.rpc),
        escape(EXCHANGES.dead),
        LIVE,
        REPLIES,
        ...askAbout(subscriptionsOf('gateway')),
      ),
      read: anyOf(...[EXCHANGES.events, EXCHANGES.replies, ...subscriptionsOf('gateway')].map(escape), LIVE, REPLIES),
    },
  }),
  account('package', { services: answeringService('package') }),
  account(
    'fleet',
    {
      services: answeringService('fleet'),
      agents: {
        // group streams come and go with groups; presence is a queue on the broker's own events
        configure: anyOf('cmd\\.g\\..*', 'fleet\\.presence.*'),
        write: anyOf(escape(EXCHANGES.commands), escape(EXCHANGES.dead), 'cmd\\.g\\..*', 'fleet\\.presence.*'),
        read: anyOf(escape(EXCHANGES.commands), 'amq\\.rabbitmq\\.event', 'fleet\\.presence.*'),
      },
    },
    // lists the connections of agents and closes those of removed computers
    'monitoring',
  ),
  account('job-scheduler', {
    services: answeringService('job-scheduler'),
    agents: { configure: NONE, write: anyOf(escape(EXCHANGES.commands)), read: NONE },
  }),
  account('result', {
    services: answeringService('result'),
    agents: {
      configure: NONE,
      write: anyOf(escape(EXCHANGES.dead), ...askAbout([REPORT_QUEUES.status])),
      read: anyOf(...Object.values(REPORT_QUEUES).map(escape)),
    },
  }),
];

function escape(name: string): string {
  return name.replaceAll('.', '\\.');
}

function anyOf(...patterns: string[]): string {
  return patterns.length === 0 ? NONE : `^(${patterns.join('|')})$`;
}

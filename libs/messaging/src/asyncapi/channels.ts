import {
  COMMAND_TYPES,
  deadLetterQueue,
  EVENT_CLASSES,
  EXCHANGES,
  INBOX_SHARDS,
  inboxStream,
  REPLY_QUEUE_PREFIX,
  REPORT_QUEUES,
  REPORT_TYPES,
  rpcQueue,
} from '@waybill/contracts';
import { patternsOf } from '../rpc/rpc-owner.js';
import { LIVE_QUEUE_ARGUMENTS } from '../server/event-consumer.js';
import { groupStreamArguments } from '../topology/stream-arguments.js';
import { LIVE_EVENTS, RPC_SERVICES, SUBSCRIPTIONS, TOPOLOGY } from '../topology/topology.js';
import { type Channel, queueChannel, queueFacts, sendChannel } from './channel.js';
import { DEAD_LETTER, replyKey, requestKey } from './messages.js';

export type Channels = Record<string, Channel>;

/** Where messages are sent (an exchange and a routing key) and where they are read (a queue or a stream). */
export function buildChannels(): Channels {
  return { ...events(), ...rpc(), ...commands(), ...reports(), ...deadLetters() };
}

function events(): Channels {
  const channels: Channels = {};
  for (const type of Object.keys(EVENT_CLASSES))
    channels[`${EXCHANGES.events}.${type}`] = sendChannel({
      exchange: EXCHANGES.events,
      routingKey: type,
      vhost: 'services',
      messages: [type],
    });
  for (const { service, queue, events: messages } of SUBSCRIPTIONS)
    channels[queue] = queueChannel({ ...queueFacts(queue), messages, description: `What ${service} listens to.` });
  channels[LIVE_EVENTS.queue] = queueChannel({
    name: `${LIVE_EVENTS.queue}.{instance}`,
    vhost: 'services',
    exclusive: true,
    arguments: LIVE_QUEUE_ARGUMENTS,
    bindings: LIVE_EVENTS.events.map((routingKey) => ({ exchange: EXCHANGES.events, routingKey })),
    messages: LIVE_EVENTS.events,
    parameters: { instance: { description: 'UUID that the process makes at its start' } },
    description: `Live events of one ${LIVE_EVENTS.service} process, gone with it.`,
  });
  return channels;
}

function rpc(): Channels {
  const channels: Channels = {};
  for (const service of RPC_SERVICES) {
    const queue = rpcQueue(service);
    const messages = patternsOf(service).map(requestKey);
    channels[`${EXCHANGES.rpc}.${service}`] = sendChannel({
      exchange: EXCHANGES.rpc,
      routingKey: queue,
      vhost: 'services',
      messages,
    });
    channels[queue] = queueChannel({ ...queueFacts(queue), messages, description: `Requests to ${service}.` });
  }
  channels['rpc.replies'] = {
    ...sendChannel({
      exchange: EXCHANGES.replies,
      routingKey: `${REPLY_QUEUE_PREFIX}<uuid>`,
      vhost: 'services',
      messages: RPC_SERVICES.flatMap((service) => patternsOf(service).map(replyKey)),
      description: `Every caller binds a queue of its own, ${REPLY_QUEUE_PREFIX}<uuid>; it goes with the connection.`,
    }),
    // said by each request
    address: null,
    title: 'Replies',
  };
  return channels;
}

function commands(): Channels {
  const exchange = EXCHANGES.commands;
  const vhost = 'agents';
  const group = {
    messages: [COMMAND_TYPES.execute, COMMAND_TYPES.cancel, COMMAND_TYPES.hold],
    parameters: {
      groupId: { description: 'UUID of the group' },
      generation: { description: 'rises when the stream is made anew: offsets of an earlier one are void' },
    },
  };
  const inbox = {
    messages: Object.values(COMMAND_TYPES),
    parameters: {
      shard: { description: `the first 32 bits of SHA-256(computer id), big-endian, modulo ${INBOX_SHARDS}` },
    },
  };
  const [groupName, inboxName] = ['cmd.g.{groupId}.{generation}', 'cmd.i.{shard}'];
  return {
    [`${exchange}.group`]: sendChannel({ ...group, exchange, routingKey: groupName, vhost }),
    [`${exchange}.inbox`]: sendChannel({ ...inbox, exchange, routingKey: inboxName, vhost }),
    'cmd.g': queueChannel({
      ...group,
      name: groupName,
      vhost,
      arguments: groupStreamArguments(),
      bindings: [{ exchange, routingKey: groupName }],
      description: 'One per group: every member reads all of it, from the offset that it has journaled.',
    }),
    'cmd.i': queueChannel({
      ...queueFacts(inboxStream(0)),
      ...inbox,
      name: inboxName,
      bindings: [{ exchange, routingKey: inboxName }],
      description: 'Commands to single computers, with x-stream-filter by computer id.',
    }),
  };
}

function reports(): Channels {
  const descriptions = { status: 'Durable: nothing of it may be lost.', progress: 'Lossy: the oldest goes first.' };
  const parameters = { computerId: { description: 'UUID of the computer that reports' } };
  const channels: Channels = {};
  for (const kind of ['status', 'progress'] as const) {
    const messages = [REPORT_TYPES[kind]];
    channels[`${EXCHANGES.reports}.${kind}`] = sendChannel({
      exchange: EXCHANGES.reports,
      routingKey: `a-{computerId}.${REPORT_TYPES[kind]}`,
      vhost: 'agents',
      messages,
      parameters,
      description: 'The property user-id is that of the connection, a-{computerId}; the broker checks it.',
    });
    channels[REPORT_QUEUES[kind]] = queueChannel({
      ...queueFacts(REPORT_QUEUES[kind]),
      messages,
      description: descriptions[kind],
    });
  }
  return channels;
}

function deadLetters(): Channels {
  const channels: Channels = {};
  for (const { vhost, queues } of TOPOLOGY) {
    const names = queues.map(({ name }) => name);
    const buried = names.filter((name) => names.includes(deadLetterQueue(name)));
    const parameters = { queue: { description: 'the queue that it could not be handled from', enum: buried } };
    const facts = { vhost, parameters, messages: [DEAD_LETTER] };
    channels[`${EXCHANGES.dead}.${vhost}`] = sendChannel({
      ...facts,
      exchange: EXCHANGES.dead,
      routingKey: '{queue}',
    });
    channels[`dead.${vhost}`] = queueChannel({
      ...queueFacts(deadLetterQueue(buried[0]!)),
      ...facts,
      name: deadLetterQueue('{queue}'),
      bindings: [{ exchange: EXCHANGES.dead, routingKey: '{queue}' }],
      description: 'What could not be handled, until an operator looks.',
    });
  }
  return channels;
}

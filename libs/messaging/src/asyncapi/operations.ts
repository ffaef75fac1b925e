import { type Command, COMMAND_TYPES, EXCHANGES, REPORT_QUEUES, REPORT_TYPES, rpcQueue } from '@waybill/contracts';
import { patternsOf } from '../rpc/rpc-owner.js';
import { PUBLISHES } from '../topology/broker-accounts.js';
import { LIVE_EVENTS, RPC_SERVICES, SUBSCRIPTIONS, TOPOLOGY } from '../topology/topology.js';
import type { Ref } from './channel.js';
import { DEAD_LETTER, replyKey, requestKey } from './messages.js';

/** Operation Object of AsyncAPI 3, seen from the program that its tag names. */
export interface Operation {
  action: 'send' | 'receive';
  title: string;
  tags: { name: string }[];
  channel: Ref;
  messages: Ref[];
  reply?: { address: { location: string; description: string }; channel: Ref; messages: Ref[] };
}

export type Operations = Record<string, Operation>;

const REPLY_ADDRESS = { location: '$message.header#/replyTo', description: 'AMQP property reply-to' };

/** Who sends what where, and who reads it. */
export function buildOperations(): Operations {
  return { ...events(), ...rpc(), ...commands(), ...reports(), ...deadLetters() };
}

function events(): Operations {
  const operations: Operations = {};
  for (const [service, types] of Object.entries(PUBLISHES))
    for (const type of types)
      operations[`${service}.send.${type}`] = operation(service, 'send', `${EXCHANGES.events}.${type}`, [type]);
  for (const { service, queue, events: types } of [...SUBSCRIPTIONS, LIVE_EVENTS])
    operations[`${service}.receive.${queue}`] = operation(service, 'receive', queue, types);
  return operations;
}

function rpc(): Operations {
  const operations: Operations = {};
  for (const service of RPC_SERVICES) {
    const patterns = patternsOf(service);
    operations[`any.ask.${service}`] = {
      ...operation('any service', 'send', `${EXCHANGES.rpc}.${service}`, patterns.map(requestKey)),
      title: `Ask ${service}`,
      reply: reply(patterns),
    };
    for (const pattern of patterns)
      operations[`${service}.answer.${pattern}`] = {
        ...operation(service, 'receive', rpcQueue(service), [requestKey(pattern)]),
        title: `${service} answers ${pattern}`,
        reply: reply([pattern]),
      };
  }
  return operations;
}

function reply(patterns: string[]): Operation['reply'] {
  const channel = 'rpc.replies';
  return {
    address: REPLY_ADDRESS,
    channel: channelRef(channel),
    messages: patterns.map((pattern) => messageRef(channel, replyKey(pattern))),
  };
}

/** Notices are fleet's and go to single computers only; commands are job-scheduler's. */
const NOTICES: readonly Command['kind'][] = ['session.refresh'];

function commands(): Operations {
  const all = Object.values(COMMAND_TYPES);
  const notices = NOTICES.map((kind) => COMMAND_TYPES[kind]);
  const orders = all.filter((type) => !notices.includes(type));
  const exchange = EXCHANGES.commands;
  return {
    'job-scheduler.send.group': operation('job-scheduler', 'send', `${exchange}.group`, orders),
    'job-scheduler.send.inbox': operation('job-scheduler', 'send', `${exchange}.inbox`, orders),
    'fleet.send.inbox': operation('fleet', 'send', `${exchange}.inbox`, notices),
    'agent.receive.group': operation('agent', 'receive', 'cmd.g', orders),
    'agent.receive.inbox': operation('agent', 'receive', 'cmd.i', all),
  };
}

function reports(): Operations {
  const operations: Operations = {};
  for (const kind of ['status', 'progress'] as const) {
    const messages = [REPORT_TYPES[kind]];
    operations[`agent.send.${kind}`] = operation('agent', 'send', `${EXCHANGES.reports}.${kind}`, messages);
    operations[`result.receive.${kind}`] = operation('result', 'receive', REPORT_QUEUES[kind], messages);
  }
  return operations;
}

function deadLetters(): Operations {
  const operations: Operations = {};
  for (const { vhost } of TOPOLOGY) {
    const [sent, read] = [`${EXCHANGES.dead}.${vhost}`, `dead.${vhost}`];
    operations[`any.bury.${vhost}`] = operation('any service', 'send', sent, [DEAD_LETTER]);
    operations[`operator.receive.${read}`] = operation('operator', 'receive', read, [DEAD_LETTER]);
  }
  return operations;
}

function operation(who: string, action: Operation['action'], channel: string, messages: readonly string[]): Operation {
  return {
    action,
    title: `${who} ${action === 'send' ? 'sends to' : 'reads'} ${channel}`,
    tags: [{ name: who }],
    channel: channelRef(channel),
    messages: messages.map((message) => messageRef(channel, message)),
  };
}

function channelRef(channel: string): Ref {
  return { $ref: `#/channels/${channel}` };
}

function messageRef(channel: string, message: string): Ref {
  return { $ref: `#/channels/${channel}/messages/${message}` };
}

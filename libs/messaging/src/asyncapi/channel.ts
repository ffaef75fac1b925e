import { VHOSTS } from '@waybill/contracts';
import type { VhostRole } from '../server/handler-extras.js';
import { TOPOLOGY } from '../topology/topology.js';

export interface Ref {
  $ref: string;
}

export interface Parameter {
  description: string;
  enum?: string[];
}

/** Channel Object of AsyncAPI 3. */
export interface Channel {
  /** routing key or queue; null when each caller has its own */
  address: string | null;
  title: string;
  description?: string;
  servers: Ref[];
  messages: Record<string, Ref>;
  parameters?: Record<string, Parameter>;
  bindings?: { amqp: object };
}

interface ChannelFacts {
  /** keys of the messages */
  messages: readonly string[];
  /** of the placeholders in names */
  parameters?: Record<string, Parameter>;
  description?: string;
}

export interface SendFacts extends ChannelFacts {
  exchange: string;
  routingKey: string;
  vhost: VhostRole;
}

export interface QueueFacts {
  name: string;
  vhost: VhostRole;
  arguments: Record<string, string | number>;
  bindings: { exchange: string; routingKey: string }[];
}

/** Where messages are published to: an exchange with a routing key. */
export function sendChannel({ exchange, routingKey, ...facts }: SendFacts): Channel {
  const { exchanges } = TOPOLOGY.find(({ vhost }) => vhost === facts.vhost)!;
  const { name, type } = exchanges.find((candidate) => candidate.name === exchange)!;
  const binding = { name, type, durable: true, autoDelete: false, vhost: VHOSTS[facts.vhost] };
  return {
    ...head(routingKey, `Exchange ${exchange}, routing key ${routingKey}`, facts),
    bindings: { amqp: { is: 'routingKey', exchange: binding, bindingVersion: '0.3.0' } },
  };
}

/** Where messages are read from: a queue or a stream. How it is declared and bound is no part of the AMQP binding and stands in extensions. */
export function queueChannel({
  name,
  arguments: declaration,
  bindings,
  exclusive = false,
  ...facts
}: QueueFacts & ChannelFacts & { exclusive?: boolean }): Channel {
  const queue = { name, durable: !exclusive, exclusive, autoDelete: exclusive, vhost: VHOSTS[facts.vhost] };
  const kind = declaration['x-queue-type'] === 'stream' ? 'Stream' : 'Queue';
  return {
    ...head(name, `${kind} ${name}`, facts),
    bindings: {
      amqp: { is: 'queue', queue, 'x-arguments': declaration, 'x-bindings': bindings, bindingVersion: '0.3.0' },
    },
  };
}

/** Messages of a channel by key. */
export function messageRefs(keys: readonly string[]): Record<string, Ref> {
  return Object.fromEntries(keys.map((key) => [key, { $ref: `#/components/messages/${key}` }]));
}

function head(
  address: string,
  title: string,
  { messages, parameters, description, vhost }: ChannelFacts & { vhost: VhostRole },
): Channel {
  return {
    address,
    title,
    ...(description ? { description } : {}),
    servers: [{ $ref: `#/servers/${vhost}` }],
    ...(parameters ? { parameters } : {}),
    messages: messageRefs(messages),
  };
}

/** What the topology says of a queue. */
export function queueFacts(name: string): QueueFacts {
  for (const { vhost, queues, bindings } of TOPOLOGY) {
    const queue = queues.find((candidate) => candidate.name === name);
    if (!queue) continue;
    const own = bindings.filter((binding) => binding.queue === name);
    return { name, vhost, arguments: queue.arguments, bindings: own.map(({ queue: _, ...binding }) => binding) };
  }
  throw new Error(`the topology has no queue ${name}`);
}

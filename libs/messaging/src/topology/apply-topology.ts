import type { Channel } from 'amqplib';
import type { ServiceName } from '@waybill/contracts';
import { BrokerConnection } from '../client/broker-connection.js';
import { applyAccounts, applyVhosts } from './apply-accounts.js';
import { ManagementApi } from './management-api.js';
import type { RetryPolicy } from './policies.js';
import { TOPOLOGY, vhostName, type VhostTopology } from './topology.js';

export interface ApplyTopologyOptions {
  /** of an administrator: `amqp://user:password@host:port` */
  brokerUrl: string;
  /** of an administrator; without it virtual hosts, policies and accounts must exist */
  managementUrl?: string;
  vhostPrefix?: string;
  /** creates these services' accounts; needs `managementUrl` */
  passwords?: Partial<Record<ServiceName, string>>;
  /** how failed messages come again; default of production */
  retry?: RetryPolicy;
  /** what to declare; default all of {@link TOPOLOGY} */
  topology?: readonly VhostTopology[];
}

const CONNECT_TIMEOUT_MS = 30_000;

/**
 * Brings a broker to the state of {@link TOPOLOGY}; may run again at any time.
 * @throws Error naming what the broker refused, e.g. a queue that exists with other arguments
 */
export async function applyTopology({
  brokerUrl,
  managementUrl,
  vhostPrefix = '',
  passwords = {},
  retry,
  topology = TOPOLOGY,
}: ApplyTopologyOptions): Promise<void> {
  const api = managementUrl ? new ManagementApi(managementUrl) : null;
  if (api) await applyVhosts(api, vhostPrefix, retry);
  await Promise.all(topology.map((part) => declare(brokerUrl, vhostPrefix, part)));
  // Last: a right on a topic exchange can be given only once the exchange exists.
  if (api) await applyAccounts(api, vhostPrefix, passwords);
}

async function declare(url: string, vhostPrefix: string, topology: VhostTopology): Promise<void> {
  const connection = new BrokerConnection({
    url,
    vhost: vhostName(topology.vhost, vhostPrefix),
    name: 'apply-topology',
  });
  try {
    const model = await connection.ready(CONNECT_TIMEOUT_MS);
    const channel = await model.createChannel();
    // the rejected declaration says it too; without a listener the event would end the process
    channel.on('error', () => undefined);
    await declareAll(channel, topology);
    await channel.close();
  } finally {
    await connection.close();
  }
}

async function declareAll(channel: Channel, { exchanges, queues, bindings }: VhostTopology): Promise<void> {
  for (const { name, type } of exchanges)
    await named(`exchange ${name}`, channel.assertExchange(name, type, { durable: true }));
  for (const queue of queues)
    await named(`queue ${queue.name}`, channel.assertQueue(queue.name, { durable: true, arguments: queue.arguments }));
  for (const { queue, exchange, routingKey } of bindings)
    await named(`binding of ${queue}`, channel.bindQueue(queue, exchange, routingKey));
}

async function named<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`The broker refused ${what}: ${(error as Error).message}`, { cause: error });
  }
}

import { computerIdOfUser } from '@waybill/contracts';

/** Something that happened to a connection of a computer's agent. */
export type ConnectionEvent =
  | { kind: 'opened'; name: string; computerId: string; at: Date }
  /** the broker does not say whose it was */
  | { kind: 'closed'; name: string; at: Date };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Reads a message of RabbitMQ's `amq.rabbitmq.event` exchange (seen on 4.3.6): everything is in the headers.
 * `connection.created` carries `user`, `vhost`, `name` and `connected_at` (ms); `connection.closed` only `name` and
 * `timestamp_in_ms`. Null for connections that are not an agent's in our virtual host.
 */
export function readConnectionEvent(
  routingKey: string,
  headers: Readonly<Record<string, unknown>>,
  vhost: string,
): ConnectionEvent | null {
  const { name, user, connected_at: connectedAt, timestamp_in_ms: timestamp } = headers;
  if (typeof name !== 'string') return null;
  if (routingKey === 'connection.closed')
    return typeof timestamp === 'number' ? { kind: 'closed', name, at: new Date(timestamp) } : null;
  if (routingKey !== 'connection.created' || headers['vhost'] !== vhost || typeof connectedAt !== 'number') return null;
  const computerId = typeof user === 'string' ? computerIdOfUser(user) : null;
  return computerId !== null && UUID.test(computerId)
    ? { kind: 'opened', name, computerId, at: new Date(connectedAt) }
    : null;
}

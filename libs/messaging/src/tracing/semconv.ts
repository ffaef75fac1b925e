import type { Attributes } from '@opentelemetry/api';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** A routing key or queue with ids taken out, so that it can name spans and metrics: `a-{id}.status.v1`, `cmd.g.{id}.{n}`. */
export function destinationTemplate(name: string): string {
  return name.replace(UUID, '{id}').replace(/^(cmd\.[gi](?:\.\{id\})?)\.\d+$/, '$1.{n}');
}

export interface MessageAttributes {
  operation: 'publish' | 'process' | 'request';
  exchange: string;
  routingKey: string;
  queue?: string;
  messageId?: string | null;
  batch?: number;
}

/** Attributes of OpenTelemetry's messaging conventions (1.44, development). */
export function messagingAttributes({
  operation,
  exchange,
  routingKey,
  queue,
  messageId,
  batch,
}: MessageAttributes): Attributes {
  const destination = [exchange, routingKey, queue].filter(Boolean).join(':');
  return {
    'messaging.system': 'rabbitmq',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation === 'process' ? 'process' : 'send',
    'messaging.destination.name': destination,
    'messaging.destination.template': [exchange, routingKey, queue]
      .filter((part) => part !== undefined && part !== '')
      .map((part) => destinationTemplate(part!))
      .join(':'),
    'messaging.rabbitmq.destination.routing_key': routingKey,
    ...(messageId ? { 'messaging.message.id': messageId } : {}),
    ...(batch === undefined ? {} : { 'messaging.batch.message_count': batch }),
  };
}

import type { Publisher } from '../client/publisher.js';
import { OutboxRelay, type OutboxRelayOptions } from '../outbox/outbox-relay.js';
import { RecordingLogger } from './recording-logger.spec.js';
import type { TestBroker } from './test-broker.spec.js';
import type { TestDatabase } from './test-database.spec.js';

/** A started relay with connections of its own, as in one replica of a service. */
export function startRelay(
  broker: TestBroker,
  database: TestDatabase,
  options: Partial<OutboxRelayOptions> = {},
): OutboxRelay {
  const publishers: Record<string, Publisher> = {
    services: broker.publisher('services'),
    agents: broker.publisher('agents'),
  };
  const relay = new OutboxRelay({
    database: database.relayDatabase(),
    publisherOf: (vhost) => publishers[vhost]!,
    vhosts: ['services', 'agents'],
    logger: new RecordingLogger(),
    ...options,
  });
  relay.start();
  broker.atEnd(() => relay.stop());
  return relay;
}

/** Collects the ids that arrive in a queue or stream, in order of arrival. */
export async function collect(
  broker: TestBroker,
  role: 'services' | 'agents',
  queue: string,
  arguments_: Record<string, unknown> = {},
): Promise<{ id: string; at: number }[]> {
  const channel = await (await broker.model(role)).createChannel();
  const arrived: { id: string; at: number }[] = [];
  await channel.prefetch(1_000);
  await channel.consume(
    queue,
    (message) => {
      if (!message) return;
      arrived.push({ id: String(message.properties.messageId), at: Date.now() });
      channel.ack(message);
    },
    { arguments: arguments_ },
  );
  return arrived;
}

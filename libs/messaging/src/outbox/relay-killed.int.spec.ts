import { randomUUID } from 'node:crypto';
import { EXCHANGES, inboxStream } from '@waybill/contracts';
import { collect, startRelay } from '../specs/relay.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { TestDatabase } from '../specs/test-database.spec.js';
import { Outbox, type OutboxMessage } from './outbox.js';

describe('outbox relay: killed between publish and delete', () => {
  let broker: TestBroker;
  let database: TestDatabase;

  beforeAll(async () => {
    [broker, database] = await Promise.all([TestBroker.start({ shards: [11] }), TestDatabase.start()]);
  });
  afterAll(async () => {
    await broker.stop();
    await database.stop();
  });

  it('the same messages go out again with the same ids, in the same order', async () => {
    const stream = inboxStream(11);
    const messages: OutboxMessage[] = Array.from({ length: 5 }, () => ({
      vhost: 'agents',
      exchange: EXCHANGES.commands,
      routingKey: stream,
      type: 'command.v1',
      messageId: randomUUID(),
      body: 'jws',
    }));
    const ids = messages.map(({ messageId }) => messageId);
    const arrived = await collect(broker, 'agents', stream, { 'x-stream-offset': 'first' });
    await database.transaction((client) => new Outbox().add(client, messages));

    const publisher = broker.publisher('agents');
    await publisher.publishAll([]);
    let kills = 0;
    startRelay(broker, database, {
      publisherOf: () => ({
        ready: true,
        publishAll: async (outgoing) => {
          const results = await publisher.publishAll(outgoing);
          // what the database sees of a kill -9 at this moment
          if (kills++ === 0)
            await database.pool.query(
              `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`,
            );
          return results;
        },
      }),
    });
    await eventually(async () => expect(await database.count('outbox')).toBe(0));
    expect(kills).toBe(2);
    await eventually(() => expect(arrived.map(({ id }) => id)).toEqual([...ids, ...ids]));
  });
});

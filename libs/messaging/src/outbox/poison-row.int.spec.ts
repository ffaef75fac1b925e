import { randomUUID } from 'node:crypto';
import { EXCHANGES, inboxStream } from '@waybill/contracts';
import { collect, startRelay } from '../specs/relay.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { TestDatabase } from '../specs/test-database.spec.js';
import { Outbox, type OutboxMessage } from './outbox.js';

describe('outbox relay: a message that can never leave', () => {
  let broker: TestBroker;
  let database: TestDatabase;

  beforeAll(async () => {
    [broker, database] = await Promise.all([TestBroker.start({ shards: [2, 3] }), TestDatabase.start()]);
  });
  afterAll(async () => {
    await broker.stop();
    await database.stop();
  });

  const command = (routingKey: string): OutboxMessage => ({
    vhost: 'agents',
    exchange: EXCHANGES.commands,
    routingKey,
    type: 'command.v1',
    messageId: randomUUID(),
    body: 'jws',
  });

  it.each([
    ['has a routing key that AMQP cannot carry', () => command('k'.repeat(300)), /cannot be sent/],
    // the same happens to one that is larger than the broker takes
    [
      'makes the broker close the channel, because its exchange is not there',
      () => ({ ...command(inboxStream(2)), exchange: 'waybill.nothing' }),
      /not confirmed/,
    ],
  ])('%s: waits with its error, and everything else leaves', async (_what, poison, expected) => {
    const arrived = await collect(broker, 'agents', inboxStream(3), { 'x-stream-offset': 'next' });
    startRelay(broker, database, { batchSize: 16 });
    const before = Array.from({ length: 20 }, () => command(inboxStream(3)));
    const after = Array.from({ length: 20 }, () => command(inboxStream(3)));
    await database.transaction((client) => new Outbox().add(client, [...before, poison(), ...after]));
    await eventually(async () => {
      const { rows } = await database.pool.query<{ error: string | null }>('SELECT error FROM outbox');
      expect(rows).toEqual([{ error: expect.stringMatching(expected) }]);
    }, 60_000);
    // each at least once, and the first sight of each in order
    const wanted = [...before, ...after].map(({ messageId }) => messageId);
    await eventually(() => expect([...new Set(arrived.map(({ id }) => id))]).toEqual(wanted));
    await database.pool.query('DELETE FROM outbox');
  });
});

import { randomUUID } from 'node:crypto';
import { EXCHANGES, inboxStream } from '@waybill/contracts';
import { collect, startRelay } from '../specs/relay.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { TestDatabase } from '../specs/test-database.spec.js';
import { Outbox, type OutboxMessage } from './outbox.js';

describe('outbox relay: two replicas', () => {
  let broker: TestBroker;
  let database: TestDatabase;
  const outbox = new Outbox();

  beforeAll(async () => {
    [broker, database] = await Promise.all([TestBroker.start({ shards: [9] }), TestDatabase.start()]);
  });
  afterAll(async () => {
    await broker.stop();
    await database.stop();
  });

  const command = (stream: string): OutboxMessage => ({
    vhost: 'agents',
    exchange: EXCHANGES.commands,
    routingKey: stream,
    type: 'command.v1',
    messageId: randomUUID(),
    body: 'jws',
  });

  it('every row leaves exactly once and in order, while rows keep coming and one replica stops in the middle', async () => {
    const stream = inboxStream(9);
    const arrived = await collect(broker, 'agents', stream, { 'x-stream-offset': 'first' });
    const first = startRelay(broker, database, { batchSize: 20 });
    startRelay(broker, database, { batchSize: 20 });
    const sent: string[] = [];
    for (let chunk = 0; chunk < 100; chunk++) {
      const messages = Array.from({ length: 10 }, () => command(stream));
      await database.transaction((client) => outbox.add(client, messages));
      sent.push(...messages.map(({ messageId }) => messageId));
      if (chunk === 50) await first.stop();
    }
    await eventually(() => expect(arrived.length).toBeGreaterThanOrEqual(sent.length), 60_000);
    expect(arrived.map(({ id }) => id)).toEqual(sent);
    await eventually(async () => expect(await database.count('outbox')).toBe(0));
  });
});

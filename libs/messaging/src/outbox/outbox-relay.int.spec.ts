import { randomUUID } from 'node:crypto';
import { EVENTS, EXCHANGES, groupStream, inboxStream } from '@waybill/contracts';
import { collect, startRelay } from '../specs/relay.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { TestDatabase } from '../specs/test-database.spec.js';
import { groupStreamArguments } from '../topology/stream-arguments.js';
import { Outbox, type OutboxMessage } from './outbox.js';

describe('outbox relay', () => {
  let broker: TestBroker;
  let database: TestDatabase;
  const outbox = new Outbox();

  beforeAll(async () => {
    [broker, database] = await Promise.all([TestBroker.start({ shards: [5] }), TestDatabase.start()]);
  });
  afterAll(async () => {
    await broker.stop();
    await database.stop();
  });

  const event = (): OutboxMessage => ({
    vhost: 'services',
    exchange: EXCHANGES.events,
    routingKey: EVENTS.computerRemoved,
    type: EVENTS.computerRemoved,
    messageId: randomUUID(),
    body: { number: 1 },
  });

  const command = (routingKey: string): OutboxMessage => ({
    vhost: 'agents',
    exchange: EXCHANGES.commands,
    routingKey,
    type: 'command.v1',
    messageId: randomUUID(),
    body: 'jws',
    contentType: 'application/jose',
    headers: { 'x-waybill-seq': 1 },
  });

  it('publishes what was committed, soon, and nothing of what was rolled back', async () => {
    const relay = startRelay(broker, database, { pollMs: 3_600_000 });
    const arrived = await collect(broker, 'services', 'result.computers');
    // the first round of the relay may still be under way
    const warmUp = event();
    await database.transaction((client) => outbox.add(client, [warmUp]));
    await eventually(() => expect(arrived.map(({ id }) => id)).toEqual([warmUp.messageId]));

    await expect(
      database.transaction(async (client) => {
        await outbox.add(client, [event()]);
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    const message = event();
    await database.transaction((client) => outbox.add(client, [message]));
    const committed = Date.now();
    await eventually(() => expect(arrived.map(({ id }) => id)).toEqual([warmUp.messageId, message.messageId]));
    // by the notification: the poll would come an hour later
    expect(arrived[1]!.at - committed).toBeLessThan(30_000);
    await eventually(async () => expect(await database.count('outbox')).toBe(0));
    await relay.stop();
  });

  it('an unroutable message waits with its error and holds back its own key only', async () => {
    const relay = startRelay(broker, database, { pollMs: 50 });
    const missing = groupStream(randomUUID(), 1);
    const [lost, second, other] = [command(missing), command(missing), command(inboxStream(5))];
    const inbox = await collect(broker, 'agents', inboxStream(5), { 'x-stream-offset': 'first' });
    await database.transaction((client) => outbox.add(client, [lost, second, other]));
    await eventually(() => expect(inbox.map(({ id }) => id)).toEqual([other.messageId]));
    await eventually(async () => {
      const { rows } = await database.pool.query('SELECT attempts, error FROM outbox ORDER BY id');
      expect(rows).toEqual([
        { attempts: expect.any(Number), error: expect.stringContaining(missing) },
        { attempts: expect.any(Number), error: expect.stringContaining(missing) },
      ]);
      expect(rows[0].attempts).toBeGreaterThan(0);
    });
    // a third one of the same key joins behind them
    const third = command(missing);
    await database.transaction((client) => outbox.add(client, [third]));

    const channel = await (await broker.model('agents')).createChannel();
    await channel.assertQueue(missing, { durable: true, arguments: groupStreamArguments() });
    await channel.bindQueue(missing, EXCHANGES.commands, missing);
    const arrived = await collect(broker, 'agents', missing, { 'x-stream-offset': 'first' });
    await eventually(
      () => expect(arrived.map(({ id }) => id)).toEqual([lost, second, third].map(({ messageId }) => messageId)),
      60_000,
    );
    await eventually(async () => expect(await database.count('outbox')).toBe(0));
    await relay.stop();
  });

  it('takes a few large ones at a time, in order, and does not wait in between', async () => {
    const relay = startRelay(broker, database, { pollMs: 3_600_000 });
    // a queue that nobody else in this file reads
    const type = EVENTS.jobArchived;
    const arrived = await collect(broker, 'services', 'result.jobs');
    const warmUp = { ...event(), type, routingKey: type };
    await database.transaction((client) => outbox.add(client, [warmUp]));
    await eventually(() => expect(arrived.at(-1)?.id).toBe(warmUp.messageId));
    const claims: number[] = [];
    const large = Array.from({ length: 7 }, () => ({
      ...event(),
      type,
      routingKey: type,
      body: { text: 'x'.repeat(3_000_000) },
    }));
    await database.transaction((client) => outbox.add(client, large));
    while (claims.at(-1) !== 0) claims.push(await database.count('outbox'));
    await eventually(() => expect(arrived.slice(-7).map(({ id }) => id)).toEqual(large.map((one) => one.messageId)));
    await relay.stop();
    // 4 MiB hold the first and what begins below that: two
    expect(claims.every((left) => [7, 5, 3, 1, 0].includes(left))).toBe(true);
  });

  it('a stop sends what is already committed', async () => {
    const relay = startRelay(broker, database, { pollMs: 60_000 });
    // it is connected once the first one has left
    await database.transaction((client) => outbox.add(client, [event()]));
    await eventually(async () => expect(await database.count('outbox')).toBe(0));
    const messages = Array.from({ length: 1_200 }, event);
    await database.transaction((client) => outbox.add(client, messages));
    await relay.stop();
    expect(await database.count('outbox')).toBe(0);
  });
});

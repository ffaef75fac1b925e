import { randomUUID } from 'node:crypto';
import { computerUser, EXCHANGES, inboxShard, inboxStream, reportKey } from '@waybill/contracts';
import { agentToken } from '../specs/agent-token.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { BrokerConnection } from './broker-connection.js';
import { ConsumerChannel } from './consumer-channel.js';
import type { Delivery } from './delivery.js';
import { Publisher } from './publisher.js';

describe('connection of an agent', () => {
  let broker: TestBroker;
  const computerId = randomUUID();
  const shard = inboxStream(inboxShard(computerId));

  beforeAll(async () => {
    broker = await TestBroker.start({ shards: [inboxShard(computerId)] });
  });
  afterAll(() => broker.stop());

  function connect(lifetimes: number[]): { connection: BrokerConnection; asked: () => number } {
    let asked = 0;
    const connection = new BrokerConnection({
      url: broker.url,
      vhost: broker.vhost('agents'),
      name: computerUser(computerId),
      backOff: { baseMs: 20, maxMs: 100 },
      credentials: async () => {
        const seconds = lifetimes[Math.min(asked++, lifetimes.length - 1)]!;
        const password = await agentToken(broker.vhost('agents'), computerId, [], seconds);
        return { username: computerUser(computerId), password, expiresAt: Date.now() + seconds * 1_000 };
      },
    });
    broker.atEnd(() => connection.close());
    return { connection: connection.start(), asked: () => asked };
  }

  const report = () => ({
    exchange: EXCHANGES.reports,
    routingKey: reportKey(computerId, 'status'),
    type: 'report.status.v1',
    messageId: randomUUID(),
    body: {},
    userId: computerUser(computerId),
  });

  it('takes a fresh token for every attempt, and comes back when the token has expired', async () => {
    // time enough to connect and publish before it expires
    const { connection, asked } = connect([-5, 6, 3_600]);
    const lost = new Promise((resolve) => connection.once('disconnected', resolve));
    const publisher = new Publisher({ connection });
    await publisher.publish(report());
    expect(asked()).toBe(2);
    await lost;
    await publisher.publish(report());
    expect(asked()).toBe(3);
  });

  it('a token renewed in place keeps the connection past the expiry of the first', async () => {
    const { connection, asked } = connect([6]);
    const first = Date.now() + 6_000;
    let lost = 0;
    connection.on('disconnected', () => lost++);
    await connection.ready(30_000);
    await connection.updateSecret(await agentToken(broker.vhost('agents'), computerId, []), Date.now() + 3_600_000);
    await eventually(() => expect(Date.now()).toBeGreaterThan(first + 1_000));
    expect(lost).toBe(0);
    expect(asked()).toBe(1);
  });

  it('reads its stream on from the stored offset after a lost connection, while a refused stream does not stop it', async () => {
    const { connection } = connect([3_600]);
    const consumers = new ConsumerChannel(connection);
    const offsets: number[] = [];
    const own = consumers.subscribe({
      queue: shard,
      prefetch: 10,
      arguments: () => ({ 'x-stream-offset': (offsets.at(-1) ?? -1) + 1 }),
      onMessage: (delivery: Delivery) => {
        offsets.push(Number(delivery.message.properties.headers?.['x-stream-offset']));
        delivery.ack();
      },
    });
    const foreign = consumers.subscribe({ queue: 'reports.status', prefetch: 10, onMessage: () => undefined });
    const publisher = broker.publisher('agents');
    const command = () =>
      publisher.publish({
        exchange: EXCHANGES.commands,
        routingKey: shard,
        type: 'command.v1',
        messageId: randomUUID(),
        body: 'jws',
      });
    for (let number = 0; number < 3; number++) await command();
    await eventually(() => expect(offsets).toEqual([0, 1, 2]));
    await eventually(() => expect(foreign.error).toMatchObject({ code: 403 }));
    await eventually(() => expect(own.active).toBe(true));
    const lost = new Promise((resolve) => connection.once('disconnected', resolve));
    connection.reconnect();
    await lost;
    for (let number = 0; number < 3; number++) await command();
    await eventually(() => expect(offsets).toEqual([0, 1, 2, 3, 4, 5]));
    await consumers.close();
  });
});

import { randomUUID } from 'node:crypto';
import { EVENTS, EXCHANGES } from '@waybill/contracts';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { BrokerConnection } from './broker-connection.js';
import { NotConfirmedError } from './errors.js';
import { Publisher } from './publisher.js';

describe('publisher: connection lost in the middle of publishing', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterAll(() => broker.stop());

  const event = (number: number) => ({
    exchange: EXCHANGES.events,
    routingKey: EVENTS.computerRemoved,
    type: EVENTS.computerRemoved,
    messageId: randomUUID(),
    body: { number, padding: 'x'.repeat(2_000) },
  });

  it('rejects what is not confirmed, confirms the same messages after the reconnect, and loses nothing', async () => {
    const name = `loss-${randomUUID()}`;
    const publisher = broker.publisher('services', name);
    const confirmed: string[] = [];
    const failed: { message: ReturnType<typeof event>; error: Error }[] = [];
    const sending = (async () => {
      for (let number = 0; failed.length === 0; number++) {
        const messages = Array.from({ length: 100 }, () => event(number));
        const results = await Promise.allSettled(messages.map((message) => publisher.publish(message)));
        for (const [index, result] of results.entries()) {
          const message = messages[index]!;
          if (result.status === 'fulfilled') confirmed.push(message.messageId);
          else failed.push({ message, error: result.reason as Error });
        }
      }
    })();
    await eventually(() => expect(confirmed.length).toBeGreaterThan(100));
    await eventually(async () => expect(await broker.forceClose(name)).toBe(1));
    await sending;
    for (const { error } of failed) expect(error).toBeInstanceOf(NotConfirmedError);
    expect(await publisher.publishAll(failed.map(({ message }) => message))).toEqual(failed.map(() => null));
    const channel = await (await broker.model('services')).createChannel();
    const arrived = new Set<string>();
    await channel.consume(
      'result.computers',
      (message) => message && arrived.add(String(message.properties.messageId)),
      { noAck: true },
    );
    // as many as were published until the broker ended the connection
    await eventually(() => expect(arrived.size).toBe(confirmed.length + failed.length), 90_000);
  });

  it('a publish without a connection waits for its time-out, then rejects', async () => {
    const connection = new BrokerConnection({
      url: 'amqp://127.0.0.1:1',
      vhost: 'none',
      name: 'nowhere',
      backOff: { baseMs: 10, maxMs: 50 },
    });
    const publisher = new Publisher({ connection, connectTimeoutMs: 300 });
    const began = Date.now();
    await expect(publisher.publish(event(0))).rejects.toBeInstanceOf(NotConfirmedError);
    expect(Date.now() - began).toBeGreaterThanOrEqual(290);
    await connection.close();
  });
});

import { randomUUID } from 'node:crypto';
import { EVENTS, EXCHANGES } from '@waybill/contracts';
import { TestBroker } from '../specs/test-broker.spec.js';

describe('publisher: confirms', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterAll(() => broker.stop());

  const event = (number: number) => ({
    exchange: EXCHANGES.events,
    routingKey: EVENTS.groupChanged,
    type: EVENTS.groupChanged,
    messageId: randomUUID(),
    body: { number },
  });

  it('resolves only when the queue has the message, with id, type and persistence', async () => {
    const channel = await (await broker.model('services')).createChannel();
    const sent = { ...event(1), headers: { seq: 7 } };
    await broker.publisher('services').publish(sent);
    const message = await channel.get('job-scheduler.groups', { noAck: true });
    expect(message).not.toBe(false);
    if (message === false) return;
    expect(JSON.parse(message.content.toString())).toEqual({ number: 1 });
    expect(message.properties).toMatchObject({
      messageId: sent.messageId,
      type: sent.type,
      contentType: 'application/json',
      deliveryMode: 2,
      headers: { seq: 7 },
    });
  });

  it('keeps the order of a thousand messages through a window of 50', async () => {
    const { Publisher } = await import('./publisher.js');
    const publisher = new Publisher({ connection: broker.connection('services'), window: 50 });
    const results = await publisher.publishAll(Array.from({ length: 1_000 }, (_, number) => event(number)));
    expect(results.every((error) => error === null)).toBe(true);
    const channel = await (await broker.model('services')).createChannel();
    const numbers: number[] = [];
    for (;;) {
      const message = await channel.get('job-scheduler.groups', { noAck: true });
      if (message === false) break;
      numbers.push((JSON.parse(message.content.toString()) as { number: number }).number);
    }
    expect(numbers).toEqual(Array.from({ length: 1_000 }, (_, number) => number));
  });
});

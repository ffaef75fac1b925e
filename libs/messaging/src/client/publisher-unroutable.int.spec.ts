import { randomUUID } from 'node:crypto';
import { EXCHANGES, groupStream, inboxStream } from '@waybill/contracts';
import { TestBroker } from '../specs/test-broker.spec.js';
import { UnroutableError } from './errors.js';

describe('publisher: unroutable messages', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start({ shards: [0, 1] });
  });
  afterAll(() => broker.stop());

  const command = (routingKey: string) => ({
    exchange: EXCHANGES.commands,
    routingKey,
    type: 'command.v1',
    messageId: randomUUID(),
    body: 'jws',
  });

  it('rejects with the key that no queue takes, and confirms the others', async () => {
    const publisher = broker.publisher('agents');
    const nowhere = groupStream(randomUUID(), 1);
    const [first, lost, last] = await Promise.allSettled(
      [command(inboxStream(0)), command(nowhere), command(inboxStream(1))].map((message) => publisher.publish(message)),
    );
    expect(first?.status).toBe('fulfilled');
    expect(last?.status).toBe('fulfilled');
    expect(lost).toMatchObject({ status: 'rejected', reason: { routingKey: nowhere, exchange: EXCHANGES.commands } });
    expect((lost as PromiseRejectedResult).reason).toBeInstanceOf(UnroutableError);
  });
});

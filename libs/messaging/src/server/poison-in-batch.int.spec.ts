import { randomUUID } from 'node:crypto';
import { Controller } from '@nestjs/common';
import { EXCHANGES, invalid, REPORT_QUEUES, reportKey } from '@waybill/contracts';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { startService } from '../specs/test-service.spec.js';
import { BatchHandler } from './decorators.js';
import type { IncomingMessage } from './incoming-message.js';
import { ACK, dead, type Verdict } from './verdict.js';

const batches: number[] = [];
const stored: number[] = [];

@Controller()
class IngestController {
  @BatchHandler({ vhost: 'agents', queue: REPORT_QUEUES.status, maxMessages: 100, maxWaitMs: 1_000 })
  ingest(messages: IncomingMessage[]): Verdict[] {
    const numbers = messages.map((message) => (message.json() as { number: number }).number);
    // all or nothing, as one SQL statement is
    if (numbers.includes(42)) throw invalid('report.poison', 'Number 42 cannot be stored.');
    batches.push(numbers.length);
    stored.push(...numbers.filter((number) => number !== 13));
    return numbers.map((number) => (number === 13 ? dead('unlucky') : ACK));
  }
}

describe('transport: a poison message in a batch', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterAll(() => broker.stop());

  it('is found and buried alone; every other message of the batch is handled once', async () => {
    const routingKey = reportKey(randomUUID(), 'status');
    const report = (number: number) => ({
      exchange: EXCHANGES.reports,
      routingKey,
      type: 'report.status.v1',
      messageId: randomUUID(),
      body: { number },
    });
    // waiting in the queue before the start, so that they come as full batches
    await broker.publisher('agents').publishAll(Array.from({ length: 200 }, (_, number) => report(number)));
    const service = await startService(broker, [IngestController], { service: 'result' });
    const channel = await (await broker.model('agents')).createChannel();
    await eventually(async () =>
      expect(await channel.checkQueue(`${REPORT_QUEUES.status}.dead`)).toMatchObject({ messageCount: 2 }),
    );
    await eventually(() => expect(stored).toHaveLength(198));
    expect(new Set(stored).size).toBe(198);
    expect(Math.max(...batches)).toBeGreaterThan(10);
    await service.close();
    expect(await channel.checkQueue(REPORT_QUEUES.status)).toMatchObject({ messageCount: 0 });
    const letters = [
      await channel.get(`${REPORT_QUEUES.status}.dead`),
      await channel.get(`${REPORT_QUEUES.status}.dead`),
    ];
    const reasons = letters.map((letter) =>
      letter === false ? '' : String(letter.properties.headers?.['x-waybill-reason']),
    );
    expect(reasons.sort()).toEqual([expect.stringContaining('report.poison'), 'unlucky']);
  });
});

import { randomUUID } from 'node:crypto';
import { Controller } from '@nestjs/common';
import { ComputerRemoved, EVENTS, EXCHANGES, REPORT_QUEUES, reportKey } from '@waybill/contracts';
import { computerRemoved } from '../specs/events.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { startService, type TestService } from '../specs/test-service.spec.js';
import { BatchHandler, EventHandler } from './decorators.js';
import type { IncomingMessage } from './incoming-message.js';

let down = false;
let refusals = 0;
const events = new Set<string>();
const reports = new Map<string, number>();

function useDatabase(): void {
  if (!down) return;
  refusals++;
  throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
}

@Controller()
class StoringController {
  @EventHandler({ event: EVENTS.computerRemoved, queue: 'result.computers', type: ComputerRemoved })
  removed({ computerId }: ComputerRemoved): void {
    useDatabase();
    events.add(computerId);
  }

  @BatchHandler({ vhost: 'agents', queue: REPORT_QUEUES.status, maxMessages: 50 })
  ingest(messages: IncomingMessage[]): void {
    useDatabase();
    for (const { id } of messages) reports.set(String(id), (reports.get(String(id)) ?? 0) + 1);
  }
}

describe('transport: the database is down', () => {
  let broker: TestBroker;
  let service: TestService;

  beforeAll(async () => {
    broker = await TestBroker.start();
    const probe = async () => useDatabase();
    service = await startService(broker, [StoringController], { service: 'result', probe, maxFailures: 2 });
  });
  afterAll(() => broker.stop());

  it('stops taking messages, says so, buries none, and handles all once the database is back', async () => {
    await eventually(() => expect(service.server.troubles()).toEqual([]));
    down = true;
    const removals = Array.from({ length: 20 }, () => computerRemoved());
    const routingKey = reportKey(randomUUID(), 'status');
    const sent = Array.from({ length: 120 }, () => ({
      exchange: EXCHANGES.reports,
      routingKey,
      type: 'report.status.v1',
      messageId: randomUUID(),
      body: {},
    }));
    await broker.publisher('services').publishAll(removals);
    await broker.publisher('agents').publishAll(sent);
    await eventually(() => {
      const troubles = service.server.troubles().join();
      expect(troubles).toContain('result.computers is paused');
      expect(troubles).toContain('reports.status is paused');
    });
    // at least one probe by each of the two, so that they wait longer each time instead of spinning
    await eventually(() => expect(refusals).toBeGreaterThan(3));
    expect(refusals).toBeLessThan(60);
    down = false;
    await eventually(() => expect(events).toEqual(new Set(removals.map(({ body }) => body.computerId))), 90_000);
    await eventually(
      () => expect(new Set(reports.keys())).toEqual(new Set(sent.map(({ messageId }) => messageId))),
      90_000,
    );
    await eventually(() => expect(service.server.troubles()).toEqual([]));
    const services = await (await broker.model('services')).createChannel();
    const agents = await (await broker.model('agents')).createChannel();
    expect(await services.checkQueue('result.computers.dead')).toMatchObject({ messageCount: 0 });
    expect(await agents.checkQueue(`${REPORT_QUEUES.status}.dead`)).toMatchObject({ messageCount: 0 });
    // the pauses grow while the database is down, so a slow machine waits long for the last one
  }, 300_000);
});

import { randomUUID } from 'node:crypto';
import { Controller, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ComputerRemoved, EVENTS, EXCHANGES, REPORT_QUEUES, reportKey } from '@waybill/contracts';
import { MessagingModule } from '../nest/messaging.module.js';
import { BatchHandler, EventHandler } from '../server/decorators.js';
import type { IncomingMessage } from '../server/incoming-message.js';
import { dead, type Verdict } from '../server/verdict.js';
import { WaybillServer } from '../server/waybill-server.js';
import { computerRemoved } from '../specs/events.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { TestMetrics } from '../specs/test-metrics.spec.js';

let release: () => void = () => undefined;
const gate = new Promise<void>((resolve) => (release = resolve));

@Controller()
class SlowController {
  @EventHandler({ event: EVENTS.computerRemoved, queue: 'result.computers', type: ComputerRemoved, concurrency: 2 })
  async removed(): Promise<void> {
    await gate;
  }

  @BatchHandler({ vhost: 'agents', queue: REPORT_QUEUES.status })
  ingest(messages: IncomingMessage[]): Verdict[] {
    return messages.map(() => dead('spec'));
  }
}

describe('metrics of queues', () => {
  let metrics: TestMetrics;
  let broker: TestBroker;

  beforeAll(async () => {
    metrics = new TestMetrics();
    broker = await TestBroker.start();
  });
  afterAll(async () => {
    await broker.stop();
    await metrics.stop();
  });

  async function startResult(controllers: Type[]) {
    const settings = { brokerUrl: await broker.account('result'), vhostPrefix: broker.prefix };
    const module = await Test.createTestingModule({
      imports: [
        MessagingModule.forRootAsync({
          service: 'result',
          useFactory: () => settings,
          vhosts: ['services', 'agents'],
        }),
      ],
      controllers,
    }).compile();
    const app = module.createNestApplication({ logger: false });
    app.connectMicroservice({ strategy: app.get(WaybillServer) });
    await app.startAllMicroservices();
    await app.init();
    return app;
  }

  const depths = async () =>
    Object.fromEntries(
      (await metrics.points('waybill.queue.messages')).map(({ attributes, value }) => [
        attributes['messaging.destination.name'],
        value,
      ]),
    );

  it('a service knows what waits in its queues and among their dead letters, with the rights that it has', async () => {
    const app = await startResult([SlowController]);
    const none = { 'result.computers': 0, 'result.computers.dead': 0, 'reports.status': 0, 'reports.status.dead': 0 };
    await eventually(async () => expect(await depths()).toEqual(none));
    const events = broker.publisher('services');
    for (let count = 0; count < 7; count++) await events.publish(computerRemoved());
    await broker.publisher('agents').publish({
      exchange: EXCHANGES.reports,
      routingKey: reportKey(randomUUID(), 'status'),
      type: 'status.v1',
      messageId: randomUUID(),
      body: {},
    });
    // two are in hand
    await eventually(async () =>
      expect(await depths()).toEqual({ ...none, 'result.computers': 5, 'reports.status.dead': 1 }),
    );
    // a queue that is gone keeps its last value, the others go on, and it comes back
    const channel = await (await broker.model('services')).createChannel();
    await channel.deleteQueue('result.computers.dead');
    await events.publish(computerRemoved());
    await eventually(async () =>
      expect(await depths()).toEqual({ ...none, 'result.computers': 6, 'reports.status.dead': 1 }),
    );
    await broker.apply();
    channel.sendToQueue('result.computers.dead', Buffer.from('spec'));
    release();
    await eventually(async () =>
      expect(await depths()).toEqual({ ...none, 'result.computers.dead': 1, 'reports.status.dead': 1 }),
    );

    await app.close();
  });
});

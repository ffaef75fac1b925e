import { Controller } from '@nestjs/common';
import { ComputerRemoved, EVENTS, WaybillError } from '@waybill/contracts';
import { computerRemoved } from '../specs/events.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { startService } from '../specs/test-service.spec.js';
import { EventHandler } from './decorators.js';
import type { MessageContext } from './message-context.js';

const deliveries: { at: number; computerId: string; failures: number }[] = [];

@Controller()
class FlakyController {
  @EventHandler({ event: EVENTS.computerRemoved, queue: 'result.computers', type: ComputerRemoved })
  removed(event: ComputerRemoved, { message }: MessageContext): void {
    deliveries.push({ at: Date.now(), computerId: event.computerId, failures: message.failures });
    if (deliveries.length < 4) throw new WaybillError('unavailable', 'fleet.unavailable', 'Try later.');
  }
}

describe('transport: delayed retry', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start({ retry: { deliveryLimit: 20, minDelayMs: 200, maxDelayMs: 400 } });
  });
  afterAll(() => broker.stop());

  it('delivers again after a growing delay until the handler succeeds', async () => {
    await startService(broker, [FlakyController], { service: 'result' });
    const message = computerRemoved();
    await broker.publisher('services').publish(message);
    await eventually(() => expect(deliveries).toHaveLength(4));
    expect(deliveries.map(({ failures }) => failures)).toEqual([0, 1, 2, 3]);
    expect(new Set(deliveries.map(({ computerId }) => computerId))).toEqual(new Set([message.body.computerId]));
    const pauses = deliveries.slice(1).map(({ at }, index) => at - deliveries[index]!.at);
    expect(pauses[0]).toBeGreaterThanOrEqual(190);
    expect(pauses[1]).toBeGreaterThanOrEqual(390);
    expect(pauses[2]).toBeGreaterThanOrEqual(390);
    const channel = await (await broker.model('services')).createChannel();
    await eventually(async () =>
      expect(await channel.checkQueue('result.computers')).toMatchObject({ messageCount: 0 }),
    );
    expect(await channel.checkQueue('result.computers.dead')).toMatchObject({ messageCount: 0 });
  });
});

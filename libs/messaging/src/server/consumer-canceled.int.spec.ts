import { Controller } from '@nestjs/common';
import { ComputerRemoved, EVENTS } from '@waybill/contracts';
import { computerRemoved } from '../specs/events.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { startService } from '../specs/test-service.spec.js';
import { EventHandler } from './decorators.js';

const handled = new Set<string>();

@Controller()
class CollectingController {
  @EventHandler({ event: EVENTS.computerRemoved, queue: 'result.computers', type: ComputerRemoved })
  removed({ computerId }: ComputerRemoved): void {
    handled.add(computerId);
  }
}

describe('transport: the consumer is gone', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterAll(() => broker.stop());

  async function handles(): Promise<void> {
    const message = computerRemoved();
    await broker.publisher('services').publish(message);
    await eventually(() => expect(handled).toContain(message.body.computerId));
  }

  it('says so after the queue was deleted, and takes messages again when it is back', async () => {
    const { server } = await startService(broker, [CollectingController], { service: 'result' });
    await handles();
    const channel = await (await broker.model('services')).createChannel();
    await channel.deleteQueue('result.computers');
    await eventually(() =>
      expect(server.troubles()).toEqual([expect.stringContaining('result.computers is not consumed')]),
    );
    await broker.apply();
    await eventually(() => expect(server.troubles()).toEqual([]));
    await handles();
  });

  it('takes messages again after its connection was ended by force', async () => {
    const { server } = await startService(broker, [CollectingController], { service: 'fleet' });
    await eventually(() => expect(server.troubles()).toEqual([]));
    await eventually(async () => expect(await broker.forceClose('fleet/consume/services')).toBeGreaterThan(0));
    // it may be back before we look
    await eventually(() => expect(server.troubles()).not.toEqual([]), 2_000).catch(() => undefined);
    await eventually(() => expect(server.troubles()).toEqual([]));
    await handles();
  });
});

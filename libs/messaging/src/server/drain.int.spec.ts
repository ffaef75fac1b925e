import { Controller } from '@nestjs/common';
import { ComputerRemoved, EVENTS } from '@waybill/contracts';
import { computerRemoved } from '../specs/events.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { startService } from '../specs/test-service.spec.js';
import { EventHandler } from './decorators.js';

const begun: string[] = [];
const ended: string[] = [];
const order: string[] = [];
let finish: () => void = () => undefined;
const gate = new Promise<void>((resolve) => (finish = resolve));

@Controller()
class SlowController {
  @EventHandler({ event: EVENTS.computerRemoved, queue: 'result.computers', type: ComputerRemoved, concurrency: 3 })
  async removed({ computerId }: ComputerRemoved): Promise<void> {
    begun.push(computerId);
    await gate;
    order.push('handled');
    ended.push(computerId);
  }
}

describe('transport: shutdown', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterAll(() => broker.stop());

  it('finishes the messages in hand, takes no other, and only then runs what comes after', async () => {
    const messages = Array.from({ length: 10 }, () => computerRemoved());
    await broker.publisher('services').publishAll(messages);
    const service = await startService(broker, [SlowController], { service: 'result' });
    service.server.onDrained(async () => void order.push('drained'));
    await eventually(() => expect(begun).toHaveLength(3));
    const closing = service.close();
    finish();
    await closing;
    expect(ended).toHaveLength(3);
    expect(begun).toHaveLength(3);
    expect(order).toEqual(['handled', 'handled', 'handled', 'drained']);
    const channel = await (await broker.model('services')).createChannel();
    // three were acknowledged before the connection closed
    await eventually(async () =>
      expect(await channel.checkQueue('result.computers')).toMatchObject({ messageCount: 7, consumerCount: 0 }),
    );
  });
});

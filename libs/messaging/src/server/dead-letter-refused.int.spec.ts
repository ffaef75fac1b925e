import { randomUUID } from 'node:crypto';
import { Controller } from '@nestjs/common';
import { ComputerRemoved, EVENTS, EXCHANGES } from '@waybill/contracts';
import { computerRemoved } from '../specs/events.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { startService } from '../specs/test-service.spec.js';
import { EventHandler } from './decorators.js';
import { dead, type Verdict } from './verdict.js';

const QUEUE = 'result.computers';
const GRAVEYARD = `${QUEUE}.dead`;
/** deliveries of each computer's message */
const deliveries = new Map<string, number>();

@Controller()
class RefusingController {
  @EventHandler({ event: EVENTS.computerRemoved, queue: QUEUE, type: ComputerRemoved })
  removed({ computerId }: ComputerRemoved): Verdict {
    deliveries.set(computerId, (deliveries.get(computerId) ?? 0) + 1);
    return dead('poison');
  }
}

/** What keeps a dead letter from being stored, and how it is put right. */
const OBSTACLES = {
  'is not bound': {
    place: async (broker: TestBroker) =>
      (await (await broker.model('services')).createChannel()).unbindQueue(GRAVEYARD, EXCHANGES.dead, QUEUE),
    clear: async (broker: TestBroker) =>
      (await (await broker.model('services')).createChannel()).bindQueue(GRAVEYARD, EXCHANGES.dead, QUEUE),
  },
  'is full and rejects': {
    place: async (broker: TestBroker) => {
      await broker.management.request('PUT', ['policies', broker.vhost('services'), 'full'], {
        pattern: `^${GRAVEYARD.replaceAll('.', '\\.')}$`,
        'apply-to': 'quorum_queues',
        priority: 100,
        definition: { overflow: 'reject-publish', 'max-length': 1 },
      });
      await eventually(async () => {
        const queue = await broker.management.request('GET', ['queues', broker.vhost('services'), GRAVEYARD]);
        expect(queue).toMatchObject({ policy: 'full' });
      });
      await fill(broker);
    },
    clear: async (broker: TestBroker) => {
      // in this order: nothing but fillers can be in it when it is emptied
      await (await (await broker.model('services')).createChannel()).purgeQueue(GRAVEYARD);
      await broker.management.request('DELETE', ['policies', broker.vhost('services'), 'full']);
    },
  },
};

/** Publishes until the broker refuses: a quorum queue takes a few more than its limit says. */
async function fill(broker: TestBroker): Promise<void> {
  const channel = await (await broker.model('services')).createConfirmChannel();
  await eventually(async () => {
    const refused = await new Promise((resolve) =>
      channel.publish(EXCHANGES.dead, QUEUE, Buffer.from('filler'), { persistent: true }, resolve),
    );
    expect(refused).toBeTruthy();
  });
  await channel.close();
}

describe('transport: a poison message whose dead letter the broker does not take', () => {
  it.each(Object.entries(OBSTACLES))(
    'because the queue of dead letters %s: it comes again, and in the end there is exactly one dead letter',
    async (_what, { place, clear }) => {
      // no limit of the broker's or ours is reached while the spec looks on
      const broker = await TestBroker.start({ retry: { deliveryLimit: 1_000, minDelayMs: 50, maxDelayMs: 50 } });
      try {
        await startService(broker, [RefusingController], {
          service: 'result',
          vhosts: ['services'],
          maxFailures: 1_000,
        });
        await place(broker);
        const message = computerRemoved(randomUUID());
        await broker.publisher('services').publish(message);
        await eventually(() => expect(deliveries.get(message.body.computerId)).toBeGreaterThanOrEqual(3));
        await clear(broker);

        const channel = await (await broker.model('services')).createChannel();
        await eventually(async () =>
          expect(await channel.checkQueue(GRAVEYARD)).toMatchObject({ messageCount: 1, consumerCount: 0 }),
        );
        const letter = await channel.get(GRAVEYARD, { noAck: true });
        expect(letter && letter.properties.messageId).toBe(message.messageId);
        expect(letter && letter.properties.headers).toMatchObject({ 'x-waybill-reason': 'poison' });
        // the original is gone with it: nothing is left that could make a second one
        await eventually(async () => {
          const queue = await broker.management.request('GET', ['queues', broker.vhost('services'), QUEUE]);
          expect(queue).toMatchObject({ messages: 0 });
        });
        expect(await channel.checkQueue(GRAVEYARD)).toMatchObject({ messageCount: 0 });
      } finally {
        await broker.stop();
      }
    },
    120_000,
  );
});

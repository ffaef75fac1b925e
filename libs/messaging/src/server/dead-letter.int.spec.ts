import { randomUUID } from 'node:crypto';
import { Controller } from '@nestjs/common';
import type { GetMessage } from 'amqplib';
import { ComputerRemoved, EVENTS, EXCHANGES, notFound } from '@waybill/contracts';
import { computerRemoved } from '../specs/events.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { startService } from '../specs/test-service.spec.js';
import { EventHandler } from './decorators.js';
import { dead, type Verdict } from './verdict.js';

const UNKNOWN = randomUUID();
const REFUSED = randomUUID();
const BROKEN = randomUUID();
const handled: string[] = [];

@Controller()
class RefusingController {
  @EventHandler({ event: EVENTS.computerRemoved, queue: 'result.computers', type: ComputerRemoved })
  removed({ computerId }: ComputerRemoved): Verdict | undefined {
    if (computerId === UNKNOWN) throw notFound('computer.unknown', 'No such computer.');
    if (computerId === BROKEN) throw new TypeError('a bug');
    if (computerId === REFUSED) return dead('not of this world');
    handled.push(computerId);
    return undefined;
  }
}

describe('transport: dead letters', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start({ retry: { deliveryLimit: 20, minDelayMs: 20, maxDelayMs: 20 } });
    await startService(broker, [RefusingController], { service: 'result', maxFailures: 3 });
  });
  afterAll(() => broker.stop());

  async function nextDead(): Promise<GetMessage> {
    const channel = await (await broker.model('services')).createChannel();
    return eventually(async () => {
      const message = await channel.get('result.computers.dead', { noAck: true });
      if (message === false) throw new Error('no dead letter yet');
      return message;
    });
  }

  const reason = (message: GetMessage): string => String(message.properties.headers?.['x-waybill-reason']);

  it('keeps the reason, the id and the body of a message that a handler refuses', async () => {
    const message = computerRemoved(REFUSED);
    await broker.publisher('services').publish(message);
    const letter = await nextDead();
    expect(reason(letter)).toBe('not of this world');
    expect(letter.properties).toMatchObject({ messageId: message.messageId, type: message.type });
    expect(letter.properties.headers).toMatchObject({
      'x-waybill-routing-key': message.routingKey,
      'x-waybill-service': 'result',
    });
    expect(JSON.parse(letter.content.toString())).toEqual(message.body);
  });

  it('an error that will not go away is dead at once', async () => {
    await broker.publisher('services').publish(computerRemoved(UNKNOWN));
    const letter = await nextDead();
    expect(reason(letter)).toContain('computer.unknown');
    expect(letter.properties.headers).toMatchObject({ 'x-waybill-failures': 0 });
  });

  it('a bug is retried, then dead with the last error', async () => {
    await broker.publisher('services').publish(computerRemoved(BROKEN));
    const letter = await nextDead();
    expect(reason(letter)).toBe('gave up after 3 attempts: TypeError: a bug');
  });

  it.each([
    ['not JSON', { body: 'not { json' }, /^not JSON/],
    ['broken UTF-8', { body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }, /^not JSON: the body is not UTF-8/],
    [
      'unknown field',
      { body: { v: 1, computerId: randomUUID(), at: new Date().toISOString(), extra: 1 } },
      /\/extra unknown field "extra"/,
    ],
    ['wrong type', { body: { v: 1, computerId: 7, at: 'today' } }, /\/computerId .*UUID/],
    ['a list', { body: [] }, /must be a JSON object/],
    ['unknown type', { type: 'computer.exploded.v1' }, /nothing in result handles "computer.exploded.v1"/],
    ['no id', { messageId: '' }, /no message id/],
  ])('%s is dead with a precise reason, and the process goes on', async (_name, part, expected) => {
    await broker.publisher('services').publish({ ...computerRemoved(), ...part });
    expect(reason(await nextDead())).toMatch(expected);
    const good = computerRemoved();
    await broker.publisher('services').publish(good);
    await eventually(() => expect(handled).toContain(good.body.computerId));
  });

  it('a message that kills its consumer every time is buried by the broker at the delivery limit', async () => {
    const own = await TestBroker.start({ retry: { deliveryLimit: 2, minDelayMs: 20, maxDelayMs: 20 } });
    broker.atEnd(() => own.stop());
    const model = await own.model('services');
    await own.publisher('services').publish({ ...computerRemoved(), exchange: EXCHANGES.events });
    for (let crash = 0; crash < 3; crash++) {
      const channel = await model.createChannel();
      await new Promise<void>((resolve, reject) => {
        channel.consume('result.computers', () => resolve()).catch(reject);
      });
      // closing the channel with the message in hand is what a crash looks like to the broker
      await channel.close();
    }
    const channel = await model.createChannel();
    await eventually(async () =>
      expect(await channel.checkQueue('result.computers.dead')).toMatchObject({ messageCount: 1 }),
    );
  });
});

import { Controller } from '@nestjs/common';
import { ComputerRemoved, EVENTS, JobStatusChanged, type ServiceName } from '@waybill/contracts';
import { Publisher } from '../client/publisher.js';
import { EventHandler } from '../server/decorators.js';
import { computerRemoved, jobStatusChanged } from '../specs/events.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { startService } from '../specs/test-service.spec.js';
import { BROKER_ACCOUNTS } from '../topology/broker-accounts.js';
import { eventSenders, isSender } from './event-sender.js';

const SERVICES = BROKER_ACCOUNTS.map(({ service }) => service);
const COMPUTER = 'a-018f6f3e-7c1a-7000-8000-000000000001';

describe('who may say an event', () => {
  it.each(Object.values(EVENTS))('%s: one service, by its own account and no other', (type) => {
    expect(eventSenders(type)).toHaveLength(1);
    const [sender] = eventSenders(type);
    for (const service of SERVICES) {
      expect([service, isSender(service, type, 'x.')]).toEqual([service, service === sender]);
      expect([service, isSender(`x.${service}`, type, 'x.')]).toEqual([service, service === sender]);
      expect(isSender(`y.${service}`, type, 'x.')).toBe(false);
    }
    for (const nobody of [null, '', 'admin', COMPUTER]) expect(isSender(nobody, type, '')).toBe(false);
  });

  it('nobody may say what is no event', () => {
    for (const service of SERVICES) expect(isSender(service, 'computer.exploded.v1', '')).toBe(false);
    expect(isSender('fleet', 'constructor', '')).toBe(false);
  });
});

const handled: string[] = [];

@Controller()
class ListeningController {
  @EventHandler({ event: EVENTS.computerRemoved, queue: 'result.computers', type: ComputerRemoved })
  removed({ computerId }: ComputerRemoved): void {
    handled.push(computerId);
  }

  @EventHandler({ event: EVENTS.jobStatusChanged, queue: 'gateway.live', type: JobStatusChanged, perInstance: true })
  changed({ jobId }: JobStatusChanged): void {
    handled.push(jobId);
  }
}

describe('an event in a queue', () => {
  let broker: TestBroker;
  let publisher: Publisher;

  beforeAll(async () => {
    broker = await TestBroker.start();
    const service = await startService(broker, [ListeningController], { service: 'result' });
    await eventually(() => expect(service.server.troubles()).toEqual([]));
    publisher = broker.publisher('services');
  });
  afterAll(() => broker.stop());

  const others = (sender: ServiceName) => [undefined, COMPUTER, ...SERVICES.filter((service) => service !== sender)];

  it.each(others('fleet'))('of account %s is buried with the reason when fleet alone may say it', async (userId) => {
    const forged = { ...computerRemoved(), userId };
    await publisher.publish(forged);
    const channel = await (await broker.model('services')).createChannel();
    const letter = await eventually(async () => {
      const message = await channel.get('result.computers.dead', { noAck: true });
      if (message === false) throw new Error('no dead letter yet');
      return message;
    });
    expect(letter.properties.messageId).toBe(forged.messageId);
    expect(letter.properties.headers?.['x-waybill-reason']).toBe(
      `"computer.removed.v1" is not for the account ${userId ?? '(none)'} to say`,
    );
    expect(handled).not.toContain(forged.body.computerId);
  });

  it('of another installation on the same broker is nobody’s', async () => {
    const forged = { ...computerRemoved(), userId: 'other.fleet' };
    const genuine = { ...computerRemoved(), userId: `${broker.prefix}fleet` };
    for (const message of [forged, genuine]) await publisher.publish(message);
    await eventually(() => expect(handled).toContain(genuine.body.computerId));
    expect(handled).not.toContain(forged.body.computerId);
  });

  it('of a process’ own queue is believed from its sender only, too', async () => {
    const forged = others('job-scheduler').map((userId) => ({ ...jobStatusChanged(), userId }));
    const genuine = jobStatusChanged();
    // one queue, one order: when the last is heard the others have been
    for (const message of [...forged, genuine]) await publisher.publish(message);
    await eventually(() => expect(handled).toContain(genuine.body.jobId));
    for (const { body } of forged) expect(handled).not.toContain(body.jobId);
  });

  it('cannot be published in another’s name at all', async () => {
    const url = await broker.account('result');
    const liar = new Publisher({ connection: broker.connection('services', 'liar', url) });
    await expect(liar.publish({ ...computerRemoved(), userId: `${broker.prefix}fleet` })).rejects.toThrow(
      /not confirmed/,
    );
    await liar.close();
  });
});

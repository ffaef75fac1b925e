import { Controller } from '@nestjs/common';
import { EVENTS, JobStatusChanged } from '@waybill/contracts';
import { jobStatusChanged } from '../specs/events.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { startService } from '../specs/test-service.spec.js';
import { EventHandler } from './decorators.js';

const seen: string[] = [];

@Controller()
class LiveController {
  @EventHandler({ event: EVENTS.jobStatusChanged, queue: 'gateway.live', type: JobStatusChanged, perInstance: true })
  changed({ jobId }: JobStatusChanged): void {
    seen.push(jobId);
  }
}

describe('transport: a queue of the process itself', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterAll(() => broker.stop());

  it('every process gets every event, also after its connection was lost, and the queues go with the processes', async () => {
    const [first, second] = [
      await startService(broker, [LiveController], { service: 'gateway' }),
      await startService(broker, [LiveController], { service: 'gateway' }),
    ];
    const bothActive = () =>
      eventually(() => expect([...first.server.troubles(), ...second.server.troubles()]).toEqual([]));
    const publisher = broker.publisher('services');
    const bothSee = async (timeoutMs: number) => {
      const message = jobStatusChanged();
      await publisher.publish(message);
      await eventually(() => expect(seen.filter((jobId) => jobId === message.body.jobId)).toHaveLength(2), timeoutMs);
    };
    await bothActive();
    await bothSee(30_000);
    // both at once: what is closed comes back
    const name = 'gateway/consume/services';
    await eventually(async () => expect(await broker.connectionsOf(name)).toHaveLength(2), 60_000);
    expect(await broker.forceClose(name)).toBe(2);
    // what was published while the queues were away is gone: live events only
    await eventually(() => bothSee(2_000), 60_000);
    await first.close();
    await second.close();
    await eventually(async () => {
      const queues = (await broker.management.request('GET', ['queues', broker.vhost('services')])) as {
        name: string;
      }[];
      expect(queues.filter(({ name }) => name.startsWith('gateway.live'))).toEqual([]);
    });
  });
});

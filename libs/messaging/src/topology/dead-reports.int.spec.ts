import { deadLetterQueue, REPORT_QUEUES } from '@waybill/contracts';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';

describe('a full queue of dead letters', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterAll(() => broker.stop());

  const policyOf = (role: 'services' | 'agents', queue: string) =>
    eventually(async () => {
      const { effective_policy_definition: policy } = (await broker.management.request('GET', [
        'queues',
        broker.vhost(role),
        queue,
      ])) as { effective_policy_definition?: Record<string, unknown> };
      expect(policy?.['overflow']).toBeDefined();
      return policy;
    });

  it('of reports loses its oldest letter: agents fill it, and agents would be locked out', async () => {
    expect(await policyOf('agents', deadLetterQueue(REPORT_QUEUES.status))).toMatchObject({ overflow: 'drop-head' });
  });

  it('of events takes no more: their publishers are ours, and nothing of theirs may be lost', async () => {
    const events = deadLetterQueue('result.targets');
    expect(await policyOf('services', events)).toMatchObject({ overflow: 'reject-publish' });
    expect(await policyOf('agents', REPORT_QUEUES.status)).toMatchObject({ overflow: 'reject-publish' });
  });
});

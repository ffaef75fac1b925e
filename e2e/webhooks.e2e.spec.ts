import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type SimulatedFleet, startFleet } from '@waybill/agent/simulator';
import { eventually } from '@waybill/testing';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import { publishTinyPackage } from './support/tiny-package.ts';
import type { Execution, Job, Page } from './support/views.ts';

const AGENTS = 120;
const MINUTES = 60_000;

interface Event {
  id: string;
  type: string;
  subject: string;
  data: { status: string; computerName?: string; attempt?: number };
}

/** An integrator whose system is often away, and a gateway and a result service that die while it is told. */
describe('a webhook', () => {
  let stack: E2eStack;
  let fleet: SimulatedFleet;
  let receiver: Server;
  let webhook: { id: string };
  let requests = 0;
  let works = false;
  const taken: Event[] = [];

  /** Until it works every third request fails: refused, cut off, or left without an answer. */
  const answer = (event: Event, response: ServerResponse): void => {
    const turn = works ? 0 : ++requests % 9;
    if (turn === 1) response.writeHead(503).end();
    else if (turn === 4) response.destroy();
    else if (turn !== 7) {
      taken.push(event);
      response.writeHead(204).end();
    }
  };

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      void text(request)
        .then((body) => answer(JSON.parse(body) as Event, response))
        .catch(() => response.destroy());
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => receiver.once('listening', resolve));
    const origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    stack = await startE2eStack({ gateway: { WAYBILL_WEBHOOK_ORIGINS: origin } });
    await stack.api.post('/groups', { name: 'everybody', kind: 'static' });
    const order = { groups: ['everybody'], maxUses: AGENTS };
    const { secret } = await stack.api.post<{ secret: string }>('/enrolment-tokens', order);
    fleet = startFleet({
      server: stack.services.fleetUrl,
      token: secret,
      agents: AGENTS,
      fail: { install: 0.1 },
      delay: { install: { min: 500, max: 8_000 } },
    });
    await fleet.subscribed;
    const events = ['job.scheduled', 'job.running', 'job.completed', 'execution.succeeded', 'execution.failed'];
    webhook = await stack.api.post<{ id: string }>('/webhooks', { name: 'tickets', url: `${origin}/`, events });
  }, 7 * MINUTES);
  afterAll(async () => {
    await fleet?.stop();
    await stack?.stop();
    receiver?.closeAllConnections();
    receiver?.close();
  }, 2 * MINUTES);

  it(
    'is told of every end of a job of many computers, though everything dies meanwhile',
    async () => {
      const version = await publishTinyPackage(stack.api);
      const job = await stack.api.post<Job>('/jobs', { ...version, targets: { groups: ['everybody'] } });
      for (const service of ['gateway', 'result', 'gateway'] as const) {
        const before = requests;
        await eventually(() => expect(requests).toBeGreaterThan(before + 10), { timeoutMs: MINUTES });
        await stack.services.process[service].kill();
        await stack.services.process[service].start();
      }
      const read = () => stack.api.get<Job>(`/jobs/${job.id}`);
      await eventually(async () => expect((await read()).status).toBe('completed'), { timeoutMs: 2 * MINUTES });
      const { items } = await stack.api.get<Page<Execution>>(`/jobs/${job.id}/executions?limit=1000`);
      expect(items).toHaveLength(AGENTS);

      const ends = items.map(
        ({ computerId, status }) => `waybill.execution.${status}.v1 jobs/${job.id}/executions/${computerId}`,
      );
      const statuses = ['scheduled', 'running', 'completed'].map((status) => `waybill.job.${status}.v1 jobs/${job.id}`);
      works = true;
      await stack.api.post(`/webhooks/${webhook.id}/actions/redeliver`, {});
      const told = () => new Set(taken.map(({ type, subject }) => `${type} ${subject}`));
      await eventually(() => expect([...told()].sort()).toEqual([...ends, ...statuses].sort()), {
        timeoutMs: 2 * MINUTES,
        intervalMs: 1_000,
      });
      // what came twice is known by its id: as many ids as things that happened
      expect(new Set(taken.map(({ id }) => id)).size).toBe(AGENTS + statuses.length);
      expect(items.filter(({ status }) => status === 'failed').length).toBeGreaterThan(0);
    },
    10 * MINUTES,
  );
});

import { type SimulatedFleet, startFleet } from '@waybill/agent/simulator';
import { eventually } from '@waybill/testing';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import { publishTinyPackage } from './support/tiny-package.ts';
import type { Execution, Job, Page } from './support/views.ts';

const MINUTES = 60_000;
const WITHIN = { timeoutMs: 2 * MINUTES };
const ALL_DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/** Computers that may be changed at some times only. */
describe('windows of groups', () => {
  let stack: E2eStack;
  let fleet: SimulatedFleet;

  beforeAll(async () => {
    stack = await startE2eStack();
    await stack.api.post('/groups', { name: 'emea', kind: 'static', windows: inHours(2) });
    await stack.api.post('/groups', { name: 'emea/accounting', kind: 'static' });
    const { secret } = await stack.api.post<{ secret: string }>('/enrolment-tokens', {
      groups: ['emea/accounting'],
      maxUses: 5,
    });
    fleet = startFleet({ server: stack.services.fleetUrl, token: secret, agents: 5 });
    await fleet.subscribed;
    for (const name of ['nightly', 'urgent', 'too-late']) await publishTinyPackage(stack.api, name);
  }, 10 * MINUTES);

  afterAll(async () => {
    await fleet?.stop();
    await stack?.stop();
  }, MINUTES);

  const order = (name: string, schedule: object = {}) =>
    stack.api.post<Job>('/jobs', {
      package: name,
      version: '1.0.0',
      targets: { groups: ['emea/accounting'] },
      schedule,
    });
  const becomes = (id: string, counters: object, status = 'running') =>
    eventually(async () => {
      const job = await stack.api.get<Job>(`/jobs/${id}`);
      expect(job).toMatchObject({ status, counters });
    }, WITHIN);

  it(
    'let computers fetch a job and install it inside; a job for an emergency does not wait; who waits is told why',
    async () => {
      const { id } = await order('nightly');
      await becomes(id, { waiting: 5 });
      const { items } = await stack.api.get<Page<Execution>>(`/jobs/${id}/executions`);
      const message = expect.stringMatching(
        /^It waits for the window of group emea, opens [A-Z][a-z]+day \d\d:\d\d UTC\.$/,
      );
      expect(items.map(({ status, reason, message: said }) => ({ status, reason, message: said }))).toEqual(
        Array(5).fill({ status: 'waiting', reason: 'window', message }),
      );
      const explained = await stack.api.get<{ explanation: string }>(
        `/computers/${items[0]!.computerId}/explain?job=${id}`,
      );
      expect(JSON.stringify(explained)).toContain('the window of group emea');
      const urgent = await order('urgent', { windows: 'ignore' });
      await becomes(urgent.id, { succeeded: 5 }, 'completed');
      const { computerId } = items[0]!;
      await stack.api.post(`/jobs/${urgent.id}/actions/re-execute`, { only: { filter: `computerId==${computerId}` } });
      await becomes(urgent.id, { succeeded: 5 }, 'completed');
      const again = await stack.api.get<Page<Execution>>(`/jobs/${urgent.id}/executions?filter=attempt==2`);
      expect(again.items.map((one) => one.computerId)).toEqual([computerId]);
      await becomes(id, { waiting: 5 });
      // the window is opened now
      await stack.api.call('PATCH', '/groups/emea', { windows: inHours(-1) });
      await becomes(id, { succeeded: 5 }, 'completed');
    },
    5 * MINUTES,
  );

  it(
    'let a job expire whose window does not open in time',
    async () => {
      await stack.api.call('PATCH', '/groups/emea', { windows: inHours(2) });
      await eventually(async () => {
        const group = await stack.api.get<{ windowsOf: string }>('/groups/emea%2Faccounting');
        expect(group.windowsOf).toBe('emea');
      });
      const { id } = await order('too-late', { expiresAt: new Date(Date.now() + 15_000).toISOString() });
      await becomes(id, { waiting: 5 });
      await becomes(id, { expired: 5 }, 'expired');
    },
    5 * MINUTES,
  );
});

/** One hour of each day that begins so many hours from now. */
function inHours(hours: number): object {
  const time = (later: number) => new Date(Date.now() + later * 3_600_000).toISOString().slice(11, 16);
  return { zone: 'UTC', intervals: [{ days: ALL_DAYS, from: time(hours), to: time(hours + 1.5) }] };
}

import { type SimulatedFleet, startFleet } from '@waybill/agent/simulator';
import { eventually } from '@waybill/testing';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import { publishTinyPackage } from './support/tiny-package.ts';
import type { Execution, Job, Page } from './support/views.ts';

const MINUTES = 60_000;
const HOURS = 60 * MINUTES;
const WITHIN = { timeoutMs: 2 * MINUTES };
/** Where the first, the second and the third pair of computers is, with the hours that it is ahead of UTC. */
const ZONES = { 'Pacific/Kiritimati': 14, 'Asia/Tokyo': 9, 'Etc/GMT+12': -12 };
const [FIRST, TOKYO, LAST] = Object.keys(ZONES) as [string, string, string];

/** Jobs by each computer's own time, on computers all over the world. */
describe('each computer’s own time', () => {
  let stack: E2eStack;
  let fleet: SimulatedFleet;
  const zoneOf = [FIRST, FIRST, TOKYO, TOKYO, LAST, LAST];

  beforeAll(async () => {
    stack = await startE2eStack();
    await stack.api.post('/groups', { name: 'everywhere', kind: 'static' });
    const { secret } = await stack.api.post<{ secret: string }>('/enrolment-tokens', {
      groups: ['everywhere'],
      maxUses: 6,
    });
    fleet = startFleet({
      server: stack.services.fleetUrl,
      token: secret,
      agents: 6,
      zone: (number) => zoneOf[number - 1]!,
    });
    await fleet.subscribed;
    for (const name of ['installs', 'expires', 'starts']) await publishTinyPackage(stack.api, name);
  }, 10 * MINUTES);

  afterAll(async () => {
    await fleet?.stop();
    await stack?.stop();
  }, MINUTES);

  const order = (name: string, schedule: object, more: object = {}) =>
    stack.api.post<Job>('/jobs', {
      package: name,
      version: '1.0.0',
      targets: { groups: ['everywhere'] },
      schedule: { zone: 'local', ...schedule },
      ...more,
    });
  const becomes = (id: string, counters: object, status = 'running') =>
    eventually(async () => {
      expect(await stack.api.get<Job>(`/jobs/${id}`)).toMatchObject({ status, counters });
    }, WITHIN);
  /** Status, reason and sentence of the computers of a pair, which have to be the same for both but for the names. */
  async function pair(id: string, zone: string): Promise<Execution> {
    const { items } = await stack.api.get<Page<Execution>>(`/jobs/${id}/executions`);
    const ids = fleet.agents.filter((_, i) => zoneOf[i] === zone).map(({ computerId }) => computerId);
    const [one, other] = items.filter(({ computerId }) => ids.includes(computerId));
    expect([other!.status, other!.reason, other!.message]).toEqual([one!.status, one!.reason, one!.message]);
    return one!;
  }

  it(
    'is when they install: who waits for it neither is at work nor holds up the others, whatever the limits',
    async () => {
      // orders are written in whole seconds
      const moment = Math.ceil(Date.now() / 1000) * 1000 + 40_000;
      const { id, schedule } = await order(
        'installs',
        { installAt: wall(moment, TOKYO) },
        { rollout: { maxInFlight: 1 }, timeouts: { progress: 'PT15S', execution: 'PT20S' } },
      );
      expect(schedule).toMatchObject({ zone: 'local', installsAt: instant(moment - 5 * HOURS) });
      await becomes(id, { succeeded: 2, waiting: 4 });
      expect(Date.now()).toBeLessThan(moment);
      expect((await pair(id, FIRST)).status).toBe('succeeded');
      const waits = (zone: string) => ({
        status: 'waiting',
        reason: 'schedule',
        message: `It waits until ${wall(moment, TOKYO).replace('T', ' ').replace(/:00$/, '')} ${zone}.`,
      });
      expect(await pair(id, TOKYO)).toMatchObject(waits(TOKYO));
      const last = await pair(id, LAST);
      expect(last).toMatchObject(waits(LAST));
      const why = await stack.api.get(`/computers/${last.computerId}/explain?job=${id}`);
      expect(JSON.stringify(why)).toContain(LAST);
      await becomes(id, { succeeded: 4, waiting: 2, timedOut: 0 });
      expect(Date.now()).toBeGreaterThanOrEqual(moment);
      expect((await pair(id, TOKYO)).status).toBe('succeeded');
      await stack.api.post(`/jobs/${id}/actions/cancel`, undefined);
      await becomes(id, { succeeded: 4, canceled: 2 }, 'canceled');
    },
    5 * MINUTES,
  );

  it(
    'is when the job ends for them',
    async () => {
      const { id, schedule } = await order('expires', { expiresAt: wall(Date.now() + HOURS, TOKYO) });
      expect(Date.parse(schedule.expiresAt)).toBeGreaterThan(Date.now() + 20 * HOURS);
      await becomes(id, { succeeded: 4, expired: 2 }, 'completed');
      expect(await pair(id, FIRST)).toMatchObject({ status: 'expired', reason: 'command.expired' });
    },
    5 * MINUTES,
  );

  it(
    'is when they start, and is read anew by a computer that was carried elsewhere',
    async () => {
      const { id } = await order('starts', { startAt: wall(Date.now() - HOURS, TOKYO) });
      await becomes(id, { succeeded: 4, waiting: 2 });
      expect(await pair(id, LAST)).toMatchObject({
        status: 'waiting',
        reason: 'schedule',
        message: expect.stringMatching(
          /^It waits for the start of the job by its own clock, until .* Etc\/GMT\+12\.$/,
        ) as string,
      });
      const away = fleet.agents.slice(4);
      await fleet.kill(away);
      zoneOf.fill(TOKYO, 4);
      await Promise.all(away.map((agent) => agent.start()));
      await becomes(id, { succeeded: 6 }, 'completed');
    },
    5 * MINUTES,
  );
});

const instant = (at: number) => new Date(Math.floor(at / 1000) * 1000).toISOString();
/** What a clock in this zone shows at a moment. */
const wall = (at: number, zone: string) => instant(at + ZONES[zone as keyof typeof ZONES] * HOURS).slice(0, 19);

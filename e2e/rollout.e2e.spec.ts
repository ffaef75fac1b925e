import { type SimulatedFleet, startFleet } from '@waybill/agent/simulator';
import { waveOf } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import { publishTinyPackage } from './support/tiny-package.ts';
import type { Execution, Job, Page } from './support/views.ts';

const MINUTES = 60_000;
const AGENTS = 1_000;
const FRAGILE = 200;
const PERCENTS = [1, 10, 100];
/** Statuses that a computer leaves by itself. */
const BUSY = ['accepted', 'downloading', 'installing', 'verifying'];

interface RolledOut extends Job {
  targets: { total: number };
  waves: {
    number: number;
    status: string;
    total: number;
    releasedAt: string | null;
    counters: Record<string, number>;
  }[];
}

/** A thousand computers, and two hundred more on which every tenth installation fails. */
describe('a job in waves', () => {
  let stack: E2eStack;
  const fleets: SimulatedFleet[] = [];

  beforeAll(async () => {
    stack = await startE2eStack();
    for (const [group, agents, fail] of [
      ['sound', AGENTS, 0],
      ['fragile', FRAGILE, 0.1],
    ] as const) {
      await stack.api.post('/groups', { name: group, kind: 'static' });
      const { secret } = await stack.api.post<{ secret: string }>('/enrolment-tokens', {
        groups: [group],
        maxUses: agents,
      });
      const fleet = startFleet({
        server: stack.services.fleetUrl,
        token: secret,
        agents,
        fail: { install: fail },
        delay: { install: { min: 50, max: 500 } },
      });
      fleets.push(fleet);
      await fleet.subscribed;
    }
    for (const name of [
      'waves',
      'halting',
      'stopping',
      'pausing',
      'together',
      'killed-job-scheduler',
      'killed-result',
      'retrying',
      'giving-up',
      'too-late',
      'in-flight',
      'filtered',
      'leaving',
      'stratified',
      'joining',
      'not-joining',
      'rate',
    ])
      await publishTinyPackage(stack.api, name);
  }, 10 * MINUTES);

  afterAll(async () => {
    for (const fleet of fleets) await fleet.stop();
    await stack?.stop();
  }, 2 * MINUTES);

  const get = (id: string) => stack.api.get<RolledOut>(`/jobs/${id}`);
  const order = (name: string, group: string, more: object) =>
    stack.api.post<RolledOut>('/jobs', { package: name, version: '1.0.0', targets: { groups: [group] }, ...more });
  const becomes = (id: string, check: (job: RolledOut) => void) =>
    eventually(
      async () => {
        const job = await get(id);
        check(job);
        return job;
      },
      { timeoutMs: 3 * MINUTES, intervalMs: 200 },
    );

  async function* executionsOf(id: string): AsyncGenerator<Execution> {
    for (let cursor = ''; ;) {
      const page = await stack.api.get<Page<Execution>>(`/jobs/${id}/executions?limit=1000${cursor}`);
      yield* page.items;
      if (page.nextCursor === null) return;
      cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
    }
  }

  it(
    'goes 1 % → 10 % → 100 %, each after its soak, its gate and a person; nobody acts before the own wave',
    async () => {
      const rollout = {
        waves: [{ percent: 1, soak: 'PT3S' }, { percent: 10, approval: 'manual' }, { percent: 100 }],
      };
      const before = await stack.api.get<Page<Job>>('/jobs');
      const expected = await stack.api.post<{
        targets: object;
        platforms: { variant: number | null }[];
        bytes: number;
        waves: object[];
      }>('/jobs?dryRun=true', { package: 'waves', version: '1.0.0', targets: { groups: ['sound'] }, rollout });
      expect(expected).toMatchObject({
        targets: { total: AGENTS, offline: 0, withoutVariant: 0 },
        platforms: [{ os: 'linux', computers: AGENTS, variant: 0 }],
        waves: [{ expected: 10 }, { expected: 90 }, { expected: 900 }],
      });
      expect(expected.bytes).toBe(AGENTS * Buffer.byteLength('#!/bin/sh\nexit 0\n'));
      expect(await stack.api.get<Page<Job>>('/jobs')).toEqual(before);
      const { id } = await order('waves', 'sound', { rollout });
      const first = await becomes(id, ({ waves }) =>
        expect(waves.map(({ status }) => status)).toEqual(['done', 'pending', 'pending']),
      );
      expect(first.statusReason).toMatch(/^Wave 2 of 3 is released at .* at the earliest: wave 1 soaks\.$/);
      for await (const { computerId, status, reason } of executionsOf(id)) {
        const expected = waveOf(id, computerId, PERCENTS) === 1 ? 'succeeded ' : 'queued wave';
        expect(`${status} ${status === 'queued' ? reason : ''}`).toBe(expected);
      }

      const [late] = (await stack.api.get<Page<Execution>>(`/jobs/${id}/executions?filter=reason==wave&limit=1`)).items;
      const why = await stack.api.get(`/computers/${late!.computerId}/explain?job=${id}`);
      expect(why).toMatchObject({ computerName: late!.computerName, status: 'queued', reason: 'wave', next: null });
      expect(why['answer']).toMatch(/^It waits until wave [23] is released\. Wave [23] of 3 /);

      const second = await becomes(id, ({ statusReason }) =>
        expect(statusReason).toMatch(/^Wave 3 of 3 waits until somebody approves it/),
      );
      const [one, two] = second.waves.map(({ releasedAt }) => Date.parse(releasedAt!));
      expect(two! - one!).toBeGreaterThanOrEqual(3_000);
      expect(second.waves[2]).toMatchObject({ status: 'pending', counters: { queued: second.waves[2]!.total } });
      // two administrators: one has seen an older revision
      const stale = await stack.api.raw('POST', `/jobs/${id}/actions/approve`, null, {
        'if-match': `"${second.revision - 1}"`,
      });
      expect(stale.status).toBe(412);
      await stack.api.post(`/jobs/${id}/actions/approve`, undefined);

      const done = await becomes(id, ({ status }) => expect(status).toBe('completed'));
      expect(done.counters).toMatchObject({ succeeded: AGENTS, queued: 0 });
      expect(done.waves.map(({ total, counters }) => [total, counters['succeeded']])).toEqual(
        done.waves.map(({ total }) => [total, total]),
      );
      expect(done.waves.reduce((sum, { total }) => sum + total, 0)).toBe(AGENTS);
    },
    10 * MINUTES,
  );

  it(
    'halts at its gate with nobody of later waves told; what failed is executed again, and the rest follows',
    async () => {
      const { id } = await order('halting', 'fragile', {
        rollout: { waves: [{ percent: 40 }, { percent: 100 }], gate: { successPercent: 99, minimumFinished: 1_000 } },
      });
      const halted = await becomes(id, ({ status }) => expect(status).toBe('halted'));
      expect(halted.statusReason).toMatch(/^rollout\.gate: Wave 1 has not passed its gate 99 %/);
      expect(halted.waves[1]).toMatchObject({ status: 'pending', counters: { queued: halted.waves[1]!.total } });
      const { failed } = halted.counters;
      expect(failed).toBeGreaterThan(0);

      // it runs again with the new attempt, is judged by its outcome, and halts again for as long as too many fail
      for (let tries = 0; tries < 6; tries++) {
        const job = await get(id);
        if (job.status !== 'halted') break;
        await stack.api.post(`/jobs/${id}/actions/re-execute`, { only: 'failed' });
        await becomes(id, ({ status, waves }) =>
          expect([status, waves[0]!.counters['queued'], waves[1]!.status]).not.toEqual(['running', 0, 'pending']),
        );
        await becomes(id, ({ status, waves }) =>
          expect(status === 'halted' || waves[1]!.status !== 'pending').toBe(true),
        );
      }
      const done = await becomes(id, ({ status }) => expect(status).toBe('completed'));
      expect(done.waves[1]!.counters['queued']).toBe(0);
      expect(done.counters['succeeded']! + done.counters['failed']!).toBe(FRAGILE);
    },
    10 * MINUTES,
  );

  it(
    'stops when too many fail: who has begun finishes, everybody else waits, and the overshoot is what was told',
    async () => {
      const { id } = await order('stopping', 'fragile', {
        rollout: {
          waves: [{ percent: 30, soak: 'PT10M' }, { percent: 100 }],
        },
        stopWhen: { failedPercent: 2, minimumFinished: 10 },
      });
      const halted = await becomes(id, ({ status }) => expect(status).toBe('halted'));
      const [, left] = /; (\d+) computers had been told before/.exec(halted.statusReason!)!;
      const settled = await becomes(id, ({ counters }) =>
        expect(BUSY.map((status) => counters[status])).toEqual(BUSY.map(() => 0)),
      );
      const { counters, waves } = settled;
      const finished = counters['succeeded']! + counters['failed']!;
      expect(finished + counters['waiting']!).toBe(waves[0]!.total);
      expect(finished).toBeLessThanOrEqual(halted.counters['succeeded']! + halted.counters['failed']! + Number(left));
      expect(counters['queued']).toBe(waves[1]!.total);
      await stack.api.post(`/jobs/${id}/actions/cancel`, { reason: 'not good enough' });
      const canceled = await becomes(id, ({ counters }) =>
        expect([counters['queued'], counters['waiting']]).toEqual([0, 0]),
      );
      expect(canceled.counters).toMatchObject({
        succeeded: counters['succeeded'],
        failed: counters['failed'],
        canceled: waves[1]!.total + counters['waiting']!,
      });
    },
    10 * MINUTES,
  );

  it(
    'is paused in its middle: nobody begins any more, whoever has begun finishes, and all go on when it is resumed',
    async () => {
      const { id } = await order('pausing', 'sound', { rollout: { waves: [{ percent: 50 }, { percent: 100 }] } });
      await becomes(id, ({ waves }) => expect(waves[0]!.status).toBe('released'));
      await stack.api.post(`/jobs/${id}/actions/pause`, { reason: 'a meeting' });
      const settled = await becomes(id, ({ counters }) =>
        expect(BUSY.map((status) => counters[status])).toEqual(BUSY.map(() => 0)),
      );
      expect(settled).toMatchObject({ status: 'paused', statusReason: 'Paused by admin: a meeting' });
      expect(settled.waves[1]).toMatchObject({ status: 'pending' });
      for await (const { status, reason } of executionsOf(id))
        if (status === 'waiting') expect(reason).toBe('job.held');
      await stack.api.post(`/jobs/${id}/actions/resume`, undefined);
      const done = await becomes(id, ({ status }) => expect(status).toBe('completed'));
      expect(done.counters).toMatchObject({ succeeded: AGENTS });
    },
    10 * MINUTES,
  );

  it(
    'fetches everything first and installs at one moment',
    async () => {
      const installAt = new Date(Date.now() + 25_000);
      const { id, schedule } = await order('together', 'sound', {
        schedule: { installAt: installAt.toISOString() },
      });
      expect(schedule).toMatchObject({ installsAt: installAt.toISOString() });
      const waiting = await becomes(id, ({ counters }) => expect(counters['waiting']).toBe(AGENTS));
      // nobody has begun, whatever the machine is busy with
      expect(Date.now()).toBeLessThan(installAt.getTime());
      expect(waiting.counters).toMatchObject({ installing: 0, succeeded: 0 });
      for await (const { reason } of executionsOf(id)) expect(reason).toBe('schedule');
      const done = await becomes(id, ({ status }) => expect(status).toBe('completed'));
      expect(done.counters).toMatchObject({ succeeded: AGENTS });
      expect(Date.now()).toBeGreaterThanOrEqual(installAt.getTime());
    },
    10 * MINUTES,
  );

  it(
    'lets computers that failed try again by themselves, and has not ended before they have; result is killed meanwhile',
    async () => {
      const retry = { attempts: 3, backoff: 'PT3S', multiplier: 1, jitter: 0.5, on: ['install.exitCode:1603'] };
      const { id } = await order('retrying', 'fragile', { retry });
      const waiting = await becomes(id, ({ counters }) =>
        expect(counters['succeeded']! + counters['waiting']!).toBe(FRAGILE),
      );
      expect(waiting).toMatchObject({ status: 'running', counters: { failed: 0 } });
      await stack.services.process.result.kill();
      await stack.services.process.result.start();
      const done = await becomes(id, ({ status }) => expect(status).toBe('completed'));
      expect(done.counters['waiting']).toBe(0);
      let again = 0;
      for await (const { attempt, computerId, status } of executionsOf(id)) {
        if (attempt === 1) expect(status).toBe('succeeded');
        else again += 1;
        if (status === 'failed') expect(attempt).toBe(3);
        if (attempt === 1) continue;
        const { attempts } = await stack.api.get<{ attempts: Execution[] }>(`/jobs/${id}/executions/${computerId}`);
        const before = attempts.slice(0, -1).map((one) => `${one.attempt} ${one.status} ${one.exitCode}`);
        expect(before).toEqual(['1 failed 1603', '2 failed 1603'].slice(0, attempt - 1));
      }
      expect(again).toBeGreaterThan(0);
    },
    10 * MINUTES,
  );

  it(
    'does not try again after another reason than those that the job names',
    async () => {
      const { id } = await order('giving-up', 'fragile', {
        retry: { attempts: 3, backoff: 'PT1S', on: ['download.*'] },
      });
      const { counters } = await becomes(id, ({ status }) => expect(status).toBe('completed'));
      expect(counters['failed']).toBeGreaterThan(0);
      for await (const { attempt } of executionsOf(id)) expect(attempt).toBe(1);
    },
    10 * MINUTES,
  );

  it(
    'keeps no more computers at work than may be, and reaches all; the scheduler is killed meanwhile',
    async () => {
      const { id } = await order('in-flight', 'sound', { rollout: { maxInFlight: 100 } });
      let most = 0;
      let killed = false;
      await becomes(id, ({ status, counters }) => {
        const working = BUSY.reduce((sum, one) => sum + counters[one]!, 0);
        most = Math.max(most, working);
        if (!killed && counters['succeeded']! > 0) {
          killed = true;
          void stack.services.process['job-scheduler']
            .kill()
            .then(() => stack.services.process['job-scheduler'].start());
        }
        expect(status).toBe('completed');
      });
      expect(killed).toBe(true);
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThanOrEqual(100);
      expect((await get(id)).counters).toMatchObject({ succeeded: AGENTS });
    },
    10 * MINUTES,
  );

  it(
    'tells its computers at the rate that was ordered',
    async () => {
      const { id } = await order('rate', 'sound', { rollout: { ratePerMinute: 3_000 } });
      const begun = Date.now();
      const waiting = await becomes(id, ({ counters }) => expect(counters['succeeded']).toBeGreaterThan(0));
      // steps of 250, five seconds apart: whatever the machine is busy with, three steps take ten seconds at least
      expect(waiting.counters['queued']).toBeGreaterThan(0);
      await becomes(id, ({ status }) => expect(status).toBe('completed'));
      expect(Date.now() - begun).toBeGreaterThan(10_000);
    },
    10 * MINUTES,
  );

  it(
    'reaches those who fit its filter and nobody else, when what they are many was confirmed',
    async () => {
      const filter = 'name==*';
      const targets = { groups: ['sound', 'fragile'], filter };
      const asked = await stack.api.post<{ confirmTargets: number | null }>('/jobs?dryRun=true', {
        package: 'filtered',
        version: '1.0.0',
        targets: { filter },
      });
      expect(asked.confirmTargets).toBeGreaterThanOrEqual(AGENTS + FRAGILE);
      await expect(stack.api.post('/jobs', { package: 'filtered', version: '1.0.0', targets })).rejects.toThrow(
        /confirmTargets/,
      );
      const { items } = await stack.api.get<Page<{ id: string }>>('/computers?limit=5');
      const ids = items.map((one) => one.id);
      const { id } = await stack.api.post<RolledOut>('/jobs', {
        package: 'filtered',
        version: '1.0.0',
        targets: { filter: `id=in=(${ids.join(',')})` },
      });
      await becomes(id, ({ status }) => expect(status).toBe('completed'));
      const reached: string[] = [];
      for await (const { computerId } of executionsOf(id)) reached.push(computerId);
      expect(reached.toSorted()).toEqual(ids.toSorted());
    },
    10 * MINUTES,
  );

  it(
    'is not begun by computers that have left the group, though they had been told',
    async () => {
      await stack.api.post('/groups', { name: 'passing', kind: 'static' });
      const { items } = await stack.api.get<Page<{ id: string }>>('/computers?filter=group==fragile&limit=10');
      const members = items.map(({ id }) => id);
      await stack.api.post('/groups/passing/members', { computers: members });
      const installAt = new Date(Date.now() + 20_000);
      const { id } = await order('leaving', 'passing', { schedule: { installAt: installAt.toISOString() } });
      await becomes(id, ({ counters }) => expect(counters['waiting']).toBe(10));
      const left = members.slice(0, 4);
      for (const computerId of left) await stack.api.call('DELETE', `/groups/passing/members/${computerId}`);
      await becomes(id, ({ counters }) => expect(counters['canceled']).toBe(4));
      await becomes(id, ({ status }) => expect(status).toBe('completed'));
      expect(Date.now()).toBeGreaterThanOrEqual(installAt.getTime());
      for await (const { computerId, status, reason } of executionsOf(id)) {
        if (left.includes(computerId)) expect([status, reason]).toEqual(['canceled', 'target.left']);
        else expect(status).toMatch(/^(succeeded|failed)$/);
      }
    },
    10 * MINUTES,
  );

  it(
    'touches every site in its first wave, where that was ordered',
    async () => {
      await stack.api.post('/groups', { name: 'sites', kind: 'static' });
      const { items } = await stack.api.get<Page<{ id: string }>>('/computers?filter=group==sound&limit=22');
      const [lonely, pair, ...many] = items.map(({ id }) => id) as [string, string, ...string[]];
      await stack.api.post('/groups/sites/members', { computers: [lonely, pair, ...many] });
      for (const [id, site] of [...many.map((id) => [id, 'berlin']), [lonely, 'oslo'], [pair, 'tokyo']] as const)
        await stack.api.call('PATCH', `/computers/${id}`, { attributes: { site } });
      const waves = [{ percent: 10, approval: 'manual' }, { percent: 100 }];
      const { id } = await order('stratified', 'sites', { rollout: { waves, stratifyBy: 'site' } });
      await becomes(id, ({ counters }) => expect(counters['succeeded']).toBe(4));
      const first: string[] = [];
      for await (const { computerId, status } of executionsOf(id)) if (status === 'succeeded') first.push(computerId);
      expect(first).toEqual(expect.arrayContaining([lonely, pair]));
      await becomes(id, ({ statusReason }) => expect(statusReason).toContain('until somebody approves it'));
      await stack.api.post(`/jobs/${id}/actions/approve`, undefined);
      await becomes(id, ({ status, counters }) => {
        expect([status, counters['succeeded']]).toEqual(['completed', 22]);
      });
    },
    10 * MINUTES,
  );

  it(
    'is got by computers that join the group later, also when it had completed, where that was ordered',
    async () => {
      await stack.api.post('/groups', { name: 'growing', kind: 'static' });
      const { items } = await stack.api.get<Page<{ id: string }>>('/computers?filter=group==sound&limit=30');
      const ids = items.map((one) => one.id);
      const enter = (computers: string[]) => stack.api.post('/groups/growing/members', { computers });
      await enter(ids.slice(0, 5));
      const waves = [{ percent: 50 }, { percent: 100 }];
      const including = await order('joining', 'growing', { lateJoiners: 'include', rollout: { waves } });
      const excluding = await order('not-joining', 'growing', {});
      for (const job of [including, excluding]) await becomes(job.id, ({ status }) => expect(status).toBe('completed'));
      await enter(ids.slice(5, 15));
      await becomes(including.id, ({ status, counters }) => {
        expect([status, counters['succeeded']]).toEqual(['completed', 15]);
      });
      await stack.api.post(`/jobs/${including.id}/actions/re-execute`, { only: { computers: ids.slice(0, 1) } });
      // they come one by one, and all at once, while a service dies
      for (const id of ids.slice(15, 20)) await enter([id]);
      await stack.services.process['job-scheduler'].kill();
      await enter(ids.slice(20));
      await stack.services.process['job-scheduler'].start();
      const done = await becomes(including.id, ({ status, counters, targets }) => {
        expect([status, counters['succeeded'], targets.total]).toEqual(['completed', 30, 30]);
      });
      expect(done.waves.map(({ total }) => total).reduce((sum, total) => sum + total)).toBe(30);
      const { targets, counters } = await get(excluding.id);
      expect([targets.total, counters['succeeded']]).toEqual([5, 5]);
    },
    10 * MINUTES,
  );

  it(
    'ends when a computer that is off has not taken it up in time',
    async () => {
      await stack.api.post('/groups', { name: 'absent', kind: 'static' });
      const { secret } = await stack.api.post<{ secret: string }>('/enrolment-tokens', {
        groups: ['absent'],
        maxUses: 1,
      });
      const fleet = startFleet({ server: stack.services.fleetUrl, token: secret, agents: 1 });
      await fleet.subscribed;
      await fleet.stop();
      const { id } = await order('too-late', 'absent', { timeouts: { accept: 'PT10S' } });
      const done = await becomes(id, ({ status }) => expect(status).toBe('completed'));
      expect(done.counters).toMatchObject({ timedOut: 1, queued: 0 });
      for await (const { status, reason } of executionsOf(id))
        expect([status, reason]).toEqual(['timedOut', 'timeout.accept']);
    },
    10 * MINUTES,
  );

  it.each(['job-scheduler', 'result'] as const)(
    'kill -9 of %s while it goes from wave to wave, and while it is paused: each wave once, nobody forgotten',
    async (service) => {
      const process = stack.services.process[service];
      const killed = async () => {
        await process.kill();
        await process.start();
      };
      const waves = [{ percent: 20, soak: 'PT2S' }, { percent: 60, soak: 'PT6S' }, { percent: 100 }];
      const { id } = await order(`killed-${service}`, 'sound', { rollout: { waves } });
      await becomes(id, ({ waves }) => expect(waves[0]!.status).not.toBe('pending'));
      await killed();
      await becomes(id, ({ waves }) => expect(waves[1]!.status).not.toBe('pending'));
      await stack.api.post(`/jobs/${id}/actions/pause`, {});
      await killed();
      await becomes(id, ({ status }) => expect(status).toBe('paused'));
      await stack.api.post(`/jobs/${id}/actions/resume`, undefined);
      await killed();
      const done = await becomes(id, ({ status }) => expect(status).toBe('completed'));
      expect(done.counters).toMatchObject({ succeeded: AGENTS });
      for await (const { attempt } of executionsOf(id)) expect(attempt).toBe(1);
    },
    10 * MINUTES,
  );
});

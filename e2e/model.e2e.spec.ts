import { setTimeout as delay } from 'node:timers/promises';
import { type SimulatedAgent, type SimulatedFleet, startFleet } from '@waybill/agent/simulator';
import { FINAL_STATUSES } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { type Happening, type Scenario, scenarioOf } from './model/scenario.fixtures.spec.ts';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import { publishTinyPackage } from './support/tiny-package.ts';
import type { Execution, Job, Page } from './support/views.ts';

const MINUTES = 60_000;
const AGENTS = 40;
const SITES = 3;
/** `WAYBILL_MODEL_SEED=1 WAYBILL_MODEL_SEEDS=100 npm test -- e2e/model` runs other scenarios, and more. */
const FIRST_SEED = Number(process.env['WAYBILL_MODEL_SEED'] ?? 20_261_127);
const SEEDS = Array.from({ length: Number(process.env['WAYBILL_MODEL_SEEDS'] ?? 20) }, (_, i) => FIRST_SEED + i);
const ENDED = ['completed', 'canceled', 'expired'];

interface Known extends Job {
  reexecuting: boolean;
  waves: { total: number | null; status: string }[];
}

/**
 * Random jobs, happenings and faults on PostgreSQL, RabbitMQ and MinIO, against what jobs promise (docs/jobs.md). The same rules hold the pure
 * engine in `engine.property.unit.spec.ts` and `rollout.property.unit.spec.ts`; here everything between them is real.
 */
describe('whatever happens to a job', () => {
  let stack: E2eStack;
  let fleet: SimulatedFleet;
  /** how attempts ended, as their agents know it: by job, computer and attempt */
  const ends = new Map<string, string>();

  beforeAll(async () => {
    stack = await startE2eStack();
    await stack.api.post('/groups', { name: 'everybody', kind: 'static' });
    const { secret } = await stack.api.post<{ secret: string }>('/enrolment-tokens', {
      groups: ['everybody'],
      maxUses: AGENTS,
    });
    fleet = startFleet({
      server: stack.services.fleetUrl,
      token: secret,
      agents: AGENTS,
      seed: FIRST_SEED,
      fail: { install: 0.15, download: 0.05 },
      delay: { install: { min: 20, max: 600 } },
      attributes: (number) => ({ site: `site-${number % SITES}` }),
      // agents that lost their connection would ask within half a minute
      reconcileSpreadMs: 500,
      onFinished: ({ agent, record }) => {
        ends.set(`${record.jobId} ${agent.computerId} ${record.attempt}`, record.verdict!.status);
      },
    });
    await fleet.subscribed;
  }, 10 * MINUTES);

  afterAll(async () => {
    await fleet?.stop();
    await stack?.stop();
  }, 2 * MINUTES);

  const get = (id: string) => stack.api.get<Known>(`/jobs/${id}`);
  /** May be refused, by a rule or because somebody was just killed. */
  const attempt = (path: string, body?: object) => stack.api.post(path, body ?? {}).catch(() => undefined);

  async function start(seed: number, { members, canceled: _, happenings: __, ...order }: Scenario) {
    const group = `model-${seed}`;
    await publishTinyPackage(stack.api, group);
    const inside = fleet.agents.slice(0, members);
    await stack.api.post('/groups', { name: group, kind: 'static' });
    await stack.api.post(`/groups/${group}/members`, { computers: inside.map(({ computerId }) => computerId) });
    const targets = { groups: [group] };
    const { id } = await stack.api.post<Known>('/jobs', { package: group, version: '1.0.0', targets, ...order });
    return { id, group, outside: fleet.agents.slice(members) };
  }

  async function happen(what: Happening, { id, group, outside }: Awaited<ReturnType<typeof start>>): Promise<void> {
    switch (what) {
      case 'pause':
      case 'resume':
        await attempt(`/jobs/${id}/actions/${what}`);
        return;
      case 'reexecute':
        await attempt(`/jobs/${id}/actions/re-execute`, { only: 'failed' });
        return;
      case 'join': {
        const computers = outside.splice(0, 3).map(({ computerId }) => computerId);
        if (computers.length > 0) await attempt(`/groups/${group}/members`, { computers });
        return;
      }
      case 'leave':
        await stack.api
          .call('DELETE', `/groups/${group}/members/${fleet.agents[0]!.computerId}`)
          .catch(() => undefined);
        return;
      case 'kill job-scheduler':
      case 'kill result': {
        const process = stack.services.process[what === 'kill result' ? 'result' : 'job-scheduler'];
        await process.kill();
        await process.start();
        return;
      }
      case 'kill agents': {
        const some: SimulatedAgent[] = fleet.agents.filter((_, i) => i % 4 === 0);
        await fleet.kill(some);
        await Promise.all(some.map((agent) => agent.start()));
        return;
      }
      case 'disconnect agents':
        fleet.disconnect(fleet.agents.filter((_, i) => i % 3 === 0));
    }
  }

  /** Does what the job waits for until it has ended, and stays so. */
  function brought(id: string): Promise<Known> {
    return eventually(
      async () => {
        const job = await get(id);
        if (job.status === 'paused' || job.status === 'halted') await attempt(`/jobs/${id}/actions/resume`);
        if (job.statusReason?.includes('until somebody approves it')) await attempt(`/jobs/${id}/actions/approve`);
        expect([ENDED.includes(job.status), job.reexecuting, job.statusReason]).toEqual([
          true,
          false,
          job.statusReason,
        ]);
        expect(executionsLeft(job)).toBe(0);
        return job;
      },
      { timeoutMs: 3 * MINUTES },
    );
  }

  it.each(SEEDS)(
    'seed %i: one execution for each computer, all of them end, and as their agents say',
    async (seed) => {
      const scenario = scenarioOf(seed);
      const story = await start(seed, scenario);
      for (const { after, what } of scenario.happenings) {
        await delay(after);
        await happen(what, story);
      }
      if (scenario.canceled) await attempt(`/jobs/${story.id}/actions/cancel`, { reason: 'the scenario says so' });
      await brought(story.id);
      await eventually(
        async () => {
          const job = await brought(story.id);
          const { items } = await stack.api.get<Page<Execution>>(`/jobs/${story.id}/executions?limit=200`);
          // one for each computer, and the counters add up to them
          expect(new Set(items.map(({ computerId }) => computerId)).size).toBe(items.length);
          expect(items).toHaveLength(job.targets.total ?? 0);
          expect(job.counters).toMatchObject(tally(items));
          expect(job.waves.reduce((sum, { total }) => sum + (total ?? 0), 0)).toBe(job.targets.total ?? 0);
          // what the server says of an attempt is what its agent has seen; what it ended by itself the agent has not begun
          const wrong = items.filter(({ computerId, attempt: number, status }) => {
            const seen = ends.get(`${story.id} ${computerId} ${number}`);
            return ['succeeded', 'failed'].includes(status)
              ? seen !== status
              : seen === 'succeeded' || seen === 'failed';
          });
          expect(wrong).toEqual([]);
        },
        { timeoutMs: MINUTES },
      );
    },
    5 * MINUTES,
  );
});

function executionsLeft({ counters }: Job): number {
  const open = Object.entries(counters).filter(([status]) => !(FINAL_STATUSES as readonly string[]).includes(status));
  return open.reduce((sum, [, count]) => sum + count, 0);
}

function tally(items: readonly Execution[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(items, ({ status }) => status)].map(([status, of]) => [status, of.length]));
}

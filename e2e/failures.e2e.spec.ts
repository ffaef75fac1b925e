import type { SimulatedFleet } from '@waybill/agent/simulator';
import { startFleet } from '@waybill/agent/simulator';
import { FINAL_STATUSES } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { type Answer, Callers } from './support/callers.ts';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import { publishTinyPackage } from './support/tiny-package.ts';
import type { Execution, Job, Page } from './support/views.ts';

const AGENTS = 500;
const MINUTES = 60_000;

/** Each case breaks something in the middle of a job of 500 computers; in the end 500 are final, none is lost, none acted twice. */
describe('a job of 500 computers survives', () => {
  let stack: E2eStack;
  let fleet: SimulatedFleet;
  let version: { package: string; version: string };
  /** finished attempts by job and computer */
  const finished = new Map<string, number>();

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
      fail: { install: 0.05 },
      delay: { install: { min: 500, max: 4_000 } },
      backOff: { baseMs: 200, maxMs: 2_000 },
      onFinished: ({ agent, record }) => {
        const key = `${record.jobId}:${agent.computerId}`;
        finished.set(key, (finished.get(key) ?? 0) + 1);
      },
    });
    await fleet.subscribed;
    version = await publishTinyPackage(stack.api);
  }, 7 * MINUTES);

  /** Each case begins with a system that is well; how it gets there is what the case before has proved. */
  beforeEach(async () => {
    const services = Object.values(stack.services.process);
    const wellAgain = async () =>
      expect(await Promise.all(services.map((service) => service.isReady()))).not.toContain(false);
    await eventually(wellAgain, { timeoutMs: 2 * MINUTES, intervalMs: 250 });
  }, 3 * MINUTES);

  afterAll(async () => {
    await fleet?.stop();
    await stack?.stop();
  }, 2 * MINUTES);

  /** A new package version for each case, so that nobody answers `alreadyInstalled`. */
  async function startJob(name: string): Promise<Job> {
    version = await publishTinyPackage(stack.api, `e2e-${name}`);
    return stack.api.post<Job>('/jobs', { ...version, targets: { groups: ['everybody'] } });
  }

  const counters = async (id: string): Promise<Record<string, number>> =>
    (await stack.api.get<Job>(`/jobs/${id}`)).counters;
  const finals = (all: Record<string, number>) => FINAL_STATUSES.reduce((sum, status) => sum + (all[status] ?? 0), 0);

  /** Some have finished, many have not. */
  async function middleOf(job: Job): Promise<void> {
    await eventually(
      async () => {
        const done = finals(await counters(job.id));
        expect(done).toBeGreaterThan(20);
      },
      { timeoutMs: MINUTES },
    );
  }

  async function everyoneIsFinalOnce(job: Job): Promise<void> {
    await eventually(async () => expect((await stack.api.get<Job>(`/jobs/${job.id}`)).status).toBe('completed'), {
      timeoutMs: 4 * MINUTES,
      intervalMs: 250,
    });
    const all = await counters(job.id);
    expect(Object.values(all).reduce((sum, count) => sum + count, 0)).toBe(AGENTS);
    expect(finals(all)).toBe(AGENTS);
    const executions = await allExecutions(job.id);
    expect(new Set(executions.map((execution) => execution.computerId)).size).toBe(AGENTS);
    // What the server shows is what the computers did, each exactly once.
    const acted = fleet.agents.map((agent) => finished.get(`${job.id}:${agent.computerId}`) ?? 0);
    expect(acted.filter((times) => times !== 1)).toEqual([]);
    expect(executions.filter(({ attempt }) => attempt !== 1)).toEqual([]);
    const succeeded = executions.filter(({ status }) => status === 'succeeded').length;
    expect(succeeded).toBe(fleet.agents.filter((agent) => agent.installed.has(version.package)).length);
  }

  async function allExecutions(jobId: string): Promise<Execution[]> {
    const first = await stack.api.get<Page<Execution>>(`/jobs/${jobId}/executions?limit=1000`);
    expect(first.nextCursor).toBeNull();
    return first.items;
  }

  it.each(['gateway', 'package', 'fleet', 'job-scheduler', 'result'] as const)(
    'kill -9 of %s',
    async (service) => {
      const job = await startJob(service);
      await middleOf(job);
      await stack.services.process[service].kill();
      await stack.services.process[service].start();
      await everyoneIsFinalOnce(job);
    },
    7 * MINUTES,
  );

  it(
    'kill -9 of job-scheduler right when the job is to start',
    async () => {
      version = await publishTinyPackage(stack.api, 'e2e-start');
      const startAt = new Date(Date.now() + 1_000).toISOString();
      const job = await stack.api.post<Job>('/jobs', {
        ...version,
        targets: { groups: ['everybody'] },
        schedule: { startAt },
      });
      const left = async () => expect((await stack.api.get<Job>(`/jobs/${job.id}`)).status).not.toBe('scheduled');
      await eventually(left, { intervalMs: 2 });
      await stack.services.process['job-scheduler'].kill();
      await stack.services.process['job-scheduler'].start();
      await everyoneIsFinalOnce(job);
    },
    7 * MINUTES,
  );

  it(
    'a restart of RabbitMQ',
    async () => {
      const job = await startJob('rabbitmq');
      await middleOf(job);
      await stack.servers.rabbitmq!.kill();
      await stack.servers.rabbitmq!.start();
      await everyoneIsFinalOnce(job);
    },
    7 * MINUTES,
  );

  it(
    'a restart of PostgreSQL',
    async () => {
      const job = await startJob('postgresql');
      await middleOf(job);
      await stack.servers.postgres!.kill();
      await stack.servers.postgres!.start();
      await everyoneIsFinalOnce(job);
    },
    7 * MINUTES,
  );

  it(
    'a PostgreSQL that is killed, and each caller hears "unavailable" until it is back, nothing else',
    async () => {
      const callers = new Callers(stack);
      const each = (holds: (heard: ReadonlySet<Answer>) => boolean) =>
        eventually(() => expect([...callers.heard].filter(([, heard]) => !holds(heard))).toEqual([]), {
          timeoutMs: MINUTES,
        });
      try {
        await each((heard) => heard.has('answered'));
        await stack.servers.postgres!.kill();
        await each((heard) => heard.size > 1);
        await stack.servers.postgres!.start();
        for (const heard of callers.heard.values()) heard.delete('answered');
        await each((heard) => heard.has('answered'));
      } finally {
        await callers.stop();
      }
      const away = (who: string) => (who.startsWith('gateway') ? 503 : 'unavailable');
      for (const [who, heard] of callers.heard) expect([who, heard]).toEqual([who, new Set([away(who), 'answered'])]);
    },
    7 * MINUTES,
  );

  it(
    'agents that are killed in the middle and agents that were off at the start',
    async () => {
      const off = fleet.agents.slice(0, 50);
      const unlucky = fleet.agents.slice(50, 150);
      await fleet.kill(off);
      const job = await startJob('agents');
      await middleOf(job);
      await fleet.kill(unlucky);
      await eventually(
        async () => {
          const { items } = await stack.api.get<Page<Execution>>(
            `/jobs/${job.id}/executions?limit=1000&filter=status==queued`,
          );
          const waiting = new Set(items.map((execution) => execution.computerId));
          expect(off.every((agent) => waiting.has(agent.computerId))).toBe(true);
        },
        { timeoutMs: MINUTES },
      );
      await Promise.all([...off, ...unlucky].map((agent) => agent.start()));
      await eventually(async () => expect((await stack.api.get<Job>(`/jobs/${job.id}`)).status).toBe('completed'), {
        timeoutMs: 4 * MINUTES,
      });
      const executions = await allExecutions(job.id);
      expect(executions).toHaveLength(AGENTS);
      // Whoever was cut off while installing says so; nobody is shown as succeeded without having it.
      const has = new Map(fleet.agents.map((agent) => [agent.computerId, agent.installed.has(version.package)]));
      expect(executions.filter(({ status, computerId }) => status === 'succeeded' && !has.get(computerId))).toEqual([]);
      for (const { status, reason } of executions) {
        expect(FINAL_STATUSES).toContain(status);
        if (status === 'failed') expect(['install.exitCode', 'agent.restarted', 'install.failed']).toContain(reason);
      }
    },
    7 * MINUTES,
  );
});

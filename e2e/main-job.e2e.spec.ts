import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@waybill/testing';
import { buildLedger, buildTemplates } from './demo/build-packages.ts';
import { AgentProcess } from './support/agent-process.ts';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import { publishVersion } from './support/publish.ts';
import type { Execution, Job, Page } from './support/views.ts';

const MINUTES = 60_000;

/** Real agents, real packages, real dpkg. */
describe('the main job', () => {
  let stack: E2eStack;
  const work = mkdtempSync(join(tmpdir(), 'waybill-e2e-'));
  const agents: AgentProcess[] = [];
  let secret: string;

  beforeAll(async () => {
    stack = await startE2eStack();
    for (const built of [buildLedger(work), buildTemplates(work)]) {
      await publishVersion(stack.api, built.manifest as { package: string; version: string }, built.files);
    }
    await stack.api.post('/groups', { name: 'accounting', kind: 'static' });
    ({ secret } = await stack.api.post<{ secret: string }>('/enrolment-tokens', {
      groups: ['accounting'],
      maxUses: 10,
    }));
  }, 5 * MINUTES);

  afterAll(async () => {
    await Promise.all(agents.map((agent) => agent.stop('SIGKILL')));
    await stack?.stop();
    rmSync(work, { recursive: true, force: true });
  }, 2 * MINUTES);

  async function agentOf(hostname: string): Promise<AgentProcess> {
    const agent = new AgentProcess({
      door: stack.services.fleetUrl,
      enrolmentToken: secret,
      hostname,
      attributes: { department: 'accounting' },
      directory: join(work, hostname),
    });
    agents.push(agent);
    agent.start();
    await isOnline(hostname, true);
    return agent;
  }

  async function isOnline(hostname: string, online: boolean): Promise<void> {
    await eventually(
      async () => {
        const page = await stack.api.get<Page<{ online: boolean }>>(`/computers?filter=name==${hostname}`);
        expect(page.items).toMatchObject([{ online }]);
      },
      { timeoutMs: MINUTES },
    );
  }

  const executionsOf = async (job: Job) => (await stack.api.get<Page<Execution>>(`/jobs/${job.id}/executions`)).items;

  async function completed(job: Job): Promise<Execution[]> {
    await eventually(async () => expect((await stack.api.get<Job>(`/jobs/${job.id}`)).status).toBe('completed'), {
      timeoutMs: 2 * MINUTES,
      intervalMs: 200,
    });
    return executionsOf(job);
  }

  const dpkg = (agent: AgentProcess) =>
    execFileSync('dpkg-query', ['--admindir', join(agent.root, 'var/lib/dpkg'), '-W', 'acme-ledger'], {
      encoding: 'utf8',
    }).trim();

  it(
    'starts at its moment and reaches an agent that was off at the start',
    async () => {
      const [first, second] = [await agentOf('pc-on'), await agentOf('pc-off')];
      await second.stop();
      await isOnline('pc-off', false);
      // far enough for what has to be seen before it
      const startAt = new Date(Date.now() + 8_000);
      const job = await stack.api.post<Job>('/jobs', {
        package: 'acme-ledger',
        version: '2.4.0',
        targets: { groups: ['accounting'] },
        schedule: { startAt: startAt.toISOString() },
      });
      expect(job.status).toBe('scheduled');
      expect(await executionsOf(job)).toEqual([]);
      await eventually(
        async () => {
          const executions = await executionsOf(job);
          expect(executions.find((e) => e.computerName === 'pc-on')).toMatchObject({ status: 'succeeded' });
          expect(executions.find((e) => e.computerName === 'pc-off')).toMatchObject({
            status: 'queued',
            reason: 'offline',
          });
        },
        { timeoutMs: MINUTES },
      );
      expect(Date.now()).toBeGreaterThanOrEqual(startAt.getTime());
      second.start();
      expect(await completed(job)).toHaveLength(2);
      expect([dpkg(first), dpkg(second)]).toEqual(['acme-ledger\t2.4.0', 'acme-ledger\t2.4.0']);
    },
    6 * MINUTES,
  );

  it(
    'says alreadyInstalled when there is nothing to do',
    async () => {
      const job = await stack.api.post<Job>('/jobs', {
        package: 'acme-ledger',
        version: '2.4.0',
        targets: { groups: ['accounting'] },
      });
      const executions = await completed(job);
      expect(executions.map(({ status, reason }) => ({ status, reason }))).toEqual([
        { status: 'succeeded', reason: 'alreadyInstalled' },
        { status: 'succeeded', reason: 'alreadyInstalled' },
      ]);
    },
    4 * MINUTES,
  );

  it(
    'tells the truth about an agent that is killed while installing',
    async () => {
      const slow = new AgentProcess({
        door: stack.services.fleetUrl,
        enrolmentToken: secret,
        hostname: 'pc-killed',
        directory: join(work, 'pc-killed'),
      });
      agents.push(slow);
      slow.start();
      await isOnline('pc-killed', true);
      const [computer] = (await stack.api.get<Page<{ id: string }>>('/computers?filter=name==pc-killed')).items;
      await publishSlow();
      const job = await stack.api.post<Job>('/jobs', {
        package: 'e2e-slow',
        version: '1.0.0',
        targets: { computers: [computer!.id] },
      });
      const marker = join(slow.root, 'srv/slow-started');
      // The shell makes the file first and writes the number into it a moment later.
      const installer = await eventually(
        () => {
          const pid = Number(readFileSync(marker, 'utf8'));
          expect(pid).toBeGreaterThan(0);
          return pid;
        },
        { timeoutMs: MINUTES },
      );
      // As a power cut: the agent and the installer under it.
      await slow.stop('SIGKILL');
      process.kill(-installer, 'SIGKILL');
      slow.start();
      const [execution] = await completed(job);
      // It never got to the end, so detection finds nothing; and it was not run again by itself.
      expect(execution).toMatchObject({ status: 'failed', reason: 'agent.restarted', attempt: 1 });
      rmSync(marker);
      const again = await stack.api.post<{ computers: number; attempt: number }>(`/jobs/${job.id}/actions/re-execute`, {
        only: 'failed',
      });
      expect(again).toEqual({ computers: 1, attempt: 2 });
      expect(await completed(job)).toMatchObject([{ status: 'succeeded', attempt: 2 }]);
    },
    6 * MINUTES,
  );

  it(
    'reaches a connected computer within five seconds of joining a group',
    async () => {
      await stack.api.post('/groups', { name: 'late', kind: 'static' });
      const [computer] = (await stack.api.get<Page<{ id: string }>>('/computers?filter=name==pc-on')).items;
      await stack.api.call('PUT', `/groups/late/members/${computer!.id}`);
      const began = Date.now();
      const job = await stack.api.post<Job>('/jobs', {
        package: 'acme-templates',
        version: '1.0.0',
        targets: { groups: ['late'] },
      });
      await eventually(async () => expect(await executionsOf(job)).toMatchObject([{ status: 'succeeded' }]), {
        timeoutMs: MINUTES,
      });
      const { attempts } = await stack.api.get<{ attempts: { startedAt: string }[] }>(
        `/jobs/${job.id}/executions/${computer!.id}`,
      );
      expect(Date.parse(attempts[0]!.startedAt) - began).toBeLessThan(5_000);
    },
    4 * MINUTES,
  );

  it(
    'cancels what has not begun',
    async () => {
      const idle = agents.find((agent) => agent.options.hostname === 'pc-off')!;
      await idle.stop();
      await isOnline('pc-off', false);
      const [computer] = (await stack.api.get<Page<{ id: string }>>('/computers?filter=name==pc-off')).items;
      const job = await stack.api.post<Job>('/jobs', {
        package: 'acme-templates',
        version: '1.0.0',
        targets: { computers: [computer!.id] },
      });
      await eventually(async () => expect(await executionsOf(job)).toMatchObject([{ status: 'queued' }]), {
        timeoutMs: MINUTES,
      });
      await stack.api.post(`/jobs/${job.id}/actions/cancel`, { reason: 'wrong version' });
      await eventually(async () =>
        expect(await executionsOf(job)).toMatchObject([{ status: 'canceled', reason: 'job.canceled' }]),
      );
      idle.start();
      await isOnline('pc-off', true);
      // It reads the command and the cancel behind it; nothing is installed.
      await eventually(async () => expect((await stack.api.get<Job>(`/jobs/${job.id}`)).status).toBe('canceled'));
      expect(existsSync(join(idle.root, 'srv/acme-templates'))).toBe(false);
      expect(await executionsOf(job)).toMatchObject([{ status: 'canceled' }]);
    },
    4 * MINUTES,
  );

  /** Its installer marks that it began, then takes its time when it is run for the first time. */
  async function publishSlow(): Promise<void> {
    const script = [
      '#!/bin/sh',
      'set -e',
      'mkdir -p "$WAYBILL_ROOT/srv"',
      'if [ -e "$WAYBILL_ROOT/srv/slow-once" ]; then wait=0; else wait=120; fi',
      // before it can be seen, and so killed
      'touch "$WAYBILL_ROOT/srv/slow-once"',
      'echo $$ > "$WAYBILL_ROOT/srv/slow-started"',
      'sleep $wait',
      'touch "$WAYBILL_ROOT/srv/slow-done"',
      '',
    ].join('\n');
    const manifest = {
      package: 'e2e-slow',
      version: '1.0.0',
      variants: [
        {
          platform: { os: 'linux' },
          artifacts: [{ file: 'slow.sh' }],
          installer: { type: 'script', file: 'slow.sh' },
          detection: [{ file: { path: '/srv/slow-done' } }],
        },
      ],
    };
    await publishVersion(stack.api, manifest, [{ name: 'slow.sh', bytes: Buffer.from(script) }]);
  }
});

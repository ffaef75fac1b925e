import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@waybill/testing';
import { AgentProcess } from './support/agent-process.ts';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import { publishVersion } from './support/publish.ts';
import { tinyManifest } from './support/tiny-package.ts';
import type { Execution, Job, Page } from './support/views.ts';

const MINUTES = 60_000;
const WITHIN = { timeoutMs: 2 * MINUTES };
const MAIN = new URL('../services/agent/dist/main.js', import.meta.url).pathname;
const run = promisify(execFile);

/** A real agent on a computer at whose desktop somebody sits. */
describe('users of a computer', () => {
  const work = mkdtempSync(join(tmpdir(), 'waybill-e2e-user-'));
  const shown = join(work, 'shown');
  let stack: E2eStack;
  let agent: AgentProcess;
  let bus: Server;

  beforeAll(async () => {
    stack = await startE2eStack();
    await stack.api.post('/groups', { name: 'desks', kind: 'static' });
    const token = { groups: ['desks'], maxUses: 1 };
    const { secret } = await stack.api.post<{ secret: string }>('/enrolment-tokens', token);
    const script = '#!/bin/sh\nmkdir -p "$WAYBILL_ROOT/opt" && touch "$WAYBILL_ROOT/opt/e2e-user"\n';
    await publishVersion(stack.api, tinyManifest('e2e-user'), [{ name: 'run.sh', bytes: Buffer.from(script) }]);
    const session = join(work, 'run', String(process.getuid!()));
    mkdirSync(session, { recursive: true });
    bus = createServer().listen(join(session, 'bus'));
    writeFileSync(join(work, 'notify-send'), `#!/bin/sh\necho "$4" >> ${shown}\n`);
    chmodSync(join(work, 'notify-send'), 0o755);
    agent = new AgentProcess({
      door: stack.services.fleetUrl,
      enrolmentToken: secret,
      hostname: 'desk-1',
      directory: join(work, 'desk-1'),
      env: { PATH: `${work}:${process.env['PATH']}`, WAYBILL_AGENT_SESSIONS: join(work, 'run') },
    });
    agent.start();
    await eventually(async () => {
      const page = await stack.api.get<Page<{ online: boolean }>>('/computers?filter=name==desk-1');
      expect(page.items).toMatchObject([{ online: true }]);
    }, WITHIN);
  }, 10 * MINUTES);

  afterAll(async () => {
    await agent?.stop('SIGKILL');
    bus?.close();
    await stack?.stop();
    rmSync(work, { recursive: true, force: true });
  }, 2 * MINUTES);

  const ask = (...args: string[]) =>
    run(process.execPath, [MAIN, ...args, '--state', join(work, 'desk-1', 'state')]).then(({ stdout }) => stdout);

  it(
    'put an installation off once, then it installs; the administrator reads why it waits',
    async () => {
      const user = { notify: true, deferrals: 1, deadline: 'PT1H', restart: 'ask' };
      const order = { package: 'e2e-user', version: '1.0.0', targets: { groups: ['desks'] } };
      await expect(stack.api.post('/jobs', { ...order, user: { ...user, notify: false } })).rejects.toMatchObject({
        problem: { errors: [{ pointer: '/user/deferrals' }, { pointer: '/user/restart' }] },
      });
      const { id } = await stack.api.post<Job>('/jobs', { ...order, user });
      const execution = await eventually(async () => {
        const { items } = await stack.api.get<Page<Execution>>(`/jobs/${id}/executions`);
        expect(items).toMatchObject([{ status: 'waiting', reason: 'user' }]);
        return items[0]!;
      }, WITHIN);
      const explain = `/computers/${execution.computerId}/explain?job=${id}`;
      expect((await stack.api.get<{ answer: string }>(explain)).answer).toContain('they may put it off once, until 20');
      await eventually(() => expect(readFileSync(shown, 'utf8')).toBe('e2e-user 1.0.0 will be installed\n'), WITHIN);

      expect(await ask('postpone', id, '--for', 'PT5S')).toContain('Deferrals left: 0.');
      expect(existsSync(join(agent.root, 'opt/e2e-user'))).toBe(false);
      await eventually(async () => {
        const job = await stack.api.get<Job>(`/jobs/${id}`);
        expect(job).toMatchObject({ status: 'completed', counters: { succeeded: 1 }, user });
      }, WITHIN);
      expect(existsSync(join(agent.root, 'opt/e2e-user'))).toBe(true);
      await eventually(() => expect(readFileSync(shown, 'utf8')).toContain('e2e-user 1.0.0 was installed\n'), WITHIN);
      expect(await ask('status')).toContain(`job ${id}`);
    },
    5 * MINUTES,
  );

  it(
    'install what is offered to their group, when somebody has approved it; the administrator sees an execution like any other',
    async () => {
      const script = '#!/bin/sh\nmkdir -p "$WAYBILL_ROOT/opt" && touch "$WAYBILL_ROOT/opt/e2e-offered"\n';
      await publishVersion(stack.api, tinyManifest('e2e-offered'), [{ name: 'run.sh', bytes: Buffer.from(script) }]);
      expect(await ask('catalog')).toBe('Nothing is offered to this computer.\n');
      const offer = { package: 'e2e-offered', version: '1.0.0', groups: ['desks'], approval: 'required' };
      const { id } = await stack.api.post<{ id: string }>('/offers', offer);
      expect(await ask('catalog')).toContain('e2e-offered 1.0.0');
      await expect(ask('install', 'something-else')).rejects.toMatchObject({ code: 1 });
      expect(await ask('install', 'e2e-offered')).toContain('when somebody has approved');
      expect(await ask('install', 'e2e-offered')).toContain('when somebody has approved');
      const wait = `/offer-requests?filter=state==pending;offerId==${id}`;
      const { items } = await stack.api.get<Page<{ id: string; computerName: string }>>(wait);
      expect(items).toMatchObject([{ computerName: 'desk-1' }]);
      const path = `/offer-requests/${items[0]!.id}/actions/approve`;
      const { jobId } = await stack.api.post<{ jobId: string }>(path, {});
      await eventually(async () => {
        const job = await stack.api.get<Job>(`/jobs/${jobId}`);
        expect(job).toMatchObject({ status: 'completed', counters: { succeeded: 1 }, createdBy: 'users of desk-1' });
      }, WITHIN);
      expect(existsSync(join(agent.root, 'opt/e2e-offered'))).toBe(true);
      expect(await ask('history')).toContain('e2e-offered 1.0.0 (install): succeeded');
      expect(await ask('catalog')).toContain('succeeded');
      await stack.api.raw('DELETE', `/offers/${id}`);
      expect(await ask('catalog')).toBe('Nothing is offered to this computer.\n');
    },
    5 * MINUTES,
  );
});

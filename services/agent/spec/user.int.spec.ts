import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { eventually } from '@waybill/testing';
import { AgentProcess } from './agent-process.js';
import { AgentWorld } from './agent-world.js';
import { executeCommand, inFuture, manifestOf } from './commands.js';
import { temporary } from './packages.js';
import { askAs, PretendedDesktop } from './user-process.js';

const WITHIN = { timeoutMs: 30_000 };
const HOSTILE = '--urgency=low; touch /tmp/waybill-owned #\u001b[2J';

describe('a real agent with users', () => {
  let world: AgentWorld;
  let agent: AgentProcess;
  const place = temporary('user');
  const desktop = PretendedDesktop.at(place.path);
  const state = join(place.path, 'state');
  const root = join(place.path, 'root');

  async function start(): Promise<void> {
    agent = AgentProcess.start({ server: world.door.url, token: world.door.token, state, root, env: desktop.env });
    await eventually(() => expect(agent.output).toContain('"msg":"connected"'), WITHIN);
  }
  beforeAll(async () => {
    world = await AgentWorld.create();
    mkdirSync(root);
    await start();
  }, 60_000);
  afterAll(async () => {
    if (process.env['SPEC_DEBUG']) console.log(agent.output);
    await agent?.kill('SIGKILL');
    desktop.close();
    await world?.dispose();
    place.dispose();
  });

  /** A package whose script ends so and leaves a file behind. */
  async function order(name: string, user: object, exitCode = 0) {
    const script = `#!/bin/sh\nmkdir -p "$WAYBILL_ROOT/opt" && touch "$WAYBILL_ROOT/opt/${name}"\nexit ${exitCode}\n`;
    const artifact = { file: 'run.sh', ...world.door.addObject(Buffer.from(script)) };
    const variant = {
      artifacts: [artifact],
      installer: { type: 'script' as const, file: 'run.sh' },
      detection: [{ file: { path: `/opt/${name}` } }],
      exitCodes: { restart: [194] },
    };
    const manifest = { ...manifestOf(variant, name, '1.0.0'), title: HOSTILE };
    const audience = { group: world.group, generation: world.generation };
    const policy = { notify: true, deferrals: 0, restart: 'never' as const, ...user };
    const command = executeCommand({ audience, manifest, user: policy, expiresAt: inFuture(86_400_000) });
    await world.send(command);
    return command.jobId;
  }
  const last = (jobId: string) => world.of(jobId).at(-1);
  const ask = (...args: string[]) => askAs(state, args);

  it('lets them put an installation off over a kill -9, and installs when the time has come', async () => {
    const job = await order('put-off', { deferrals: 2, deadlineMs: 3_600_000 });
    await eventually(() => expect(last(job)).toMatchObject({ status: 'waiting', reason: 'user' }), WITHIN);
    await eventually(
      () => expect(desktop.titles).toEqual([`${HOSTILE.replace('\u001b', ' ')} 1.0.0 will be installed`]),
      WITHIN,
    );
    expect(await ask('postpone', 'put-off', '--for', 'PT4H')).toMatchObject({
      code: 0,
      out: expect.stringContaining('which is the latest moment. Deferrals left: 1.') as string,
    });
    await eventually(() => expect(last(job)?.message).toContain('It was put off once.'), WITHIN);

    await agent.kill('SIGKILL');
    expect(statSync(join(state, 'agent.sock')).isSocket()).toBe(true);
    expect(await ask('status')).toMatchObject({
      code: 1,
      err: expect.stringContaining('No agent is running') as string,
    });
    await start();
    const shown = await eventually(async () => {
      const { out } = await ask('status', '--json');
      return (JSON.parse(out) as { jobs: { offer: object }[] }).jobs[0]!;
    }, WITHIN);
    expect(shown).toMatchObject({ package: 'put-off', status: 'waiting', offer: { deferralsLeft: 1, agreed: false } });
    expect((await ask('postpone', job)).err).toContain('its deadline comes first');
    expect(last(job)?.status).toBe('waiting');

    expect(await ask('install-now', job.slice(0, 13))).toMatchObject({ code: 0 });
    expect(await eventually(() => world.final(job), WITHIN)).toMatchObject({ status: 'succeeded' });
    await eventually(() => expect(desktop.titles.at(-1)).toMatch(/was installed$/), WITHIN);
    expect(desktop.titles.map((title) => title.split(' 1.0.0 ')[1])).toEqual([
      'will be installed',
      'is being installed',
      'was installed',
    ]);
  }, 120_000);

  it('begins by itself when what was put off has come', async () => {
    const job = await order('by-itself', { deferrals: 1 });
    await eventually(() => expect(last(job)).toMatchObject({ reason: 'user' }), WITHIN);
    expect((await ask('postpone', 'by-itself', '--for', 'PT2S')).code).toBe(0);
    expect(await eventually(() => world.final(job), WITHIN)).toMatchObject({ status: 'succeeded' });
    expect(await ask('postpone', 'by-itself')).toMatchObject({
      code: 1,
      err: expect.stringContaining('No job that is open') as string,
    });
  }, 60_000);

  it('is not for everybody on the computer', async () => {
    if (process.getuid!() !== 0) return;
    expect(await askAs(state, ['status'], 65_534)).toMatchObject({
      code: 1,
      err: expect.stringContaining('You may not talk to the agent: do it as root') as string,
    });
  });

  it('restarts the computer when a user agrees, and says after it how the installation has ended', async () => {
    const job = await order('restarting', { restart: 'ask' }, 194);
    await eventually(() => expect(last(job)).toMatchObject({ status: 'rebootPending' }), WITHIN);
    await eventually(() => expect(desktop.titles.at(-1)).toBe('This computer has to restart'), WITHIN);
    expect(desktop.restarts).toEqual([]);
    expect(await ask('restart')).toMatchObject({ code: 0 });
    await eventually(
      () => expect(desktop.restarts).toEqual([['-r', '+1', expect.stringContaining('Waybill restarts') as string]]),
      WITHIN,
    );
    await agent.kill('SIGKILL');
    const journal = new DatabaseSync(join(state, 'journal.sqlite'));
    journal.exec(`UPDATE executions SET boot_id = 'before' WHERE finished_at IS NULL`);
    journal.close();
    await start();
    expect(await eventually(() => world.final(job), WITHIN)).toMatchObject({
      status: 'succeeded',
      evidence: expect.stringContaining('/opt/restarting') as string,
    });
    expect(desktop.restarts).toHaveLength(1);
  }, 120_000);

  it('only reports what an installer asks for where the job says nothing', async () => {
    const job = await order('quiet', { notify: false }, 194);
    await eventually(() => expect(last(job)).toMatchObject({ status: 'rebootPending' }), WITHIN);
    expect(await ask('restart')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Nothing waits for a restart') as string,
    });
    expect(desktop.restarts).toHaveLength(1);
  }, 60_000);
});

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@waybill/testing';
import { AgentProcess } from './agent-process.js';
import { AgentWorld } from './agent-world.js';
import { buildAgent } from './built-agent.js';
import { executeCommand, inFuture, manifestOf } from './commands.js';
import { temporary } from './packages.js';

const WITHIN = { timeoutMs: 60_000 };
const canBuild = process.platform === 'linux';
if (!canBuild) process.stderr.write('SKIPPED: the single executable was NOT tried; it is made on Linux.\n');

(canBuild ? describe : describe.skip)('the single executable', () => {
  const place = temporary('executable');
  const root = join(place.path, 'root');
  const config = join(place.path, 'agent.json');
  let world: AgentWorld;
  let program: string;
  let agent: AgentProcess | undefined;
  beforeAll(async () => {
    mkdirSync(root);
    world = await AgentWorld.create();
    program = (await buildAgent(join(place.path, 'build'), '7.8.9'))('waybill-agent');
  }, 900_000);
  afterAll(async () => {
    await agent?.kill('SIGKILL');
    await world?.dispose();
    place.dispose();
  });

  /** No Node.js on the path, and nothing of the repository in reach. */
  const call = (args: readonly string[], env: Record<string, string> = {}, input = '') =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const options = { cwd: root, env: { PATH: '/nonexistent', ...env } };
      const child = execFile(program, args, options, (error, out, err) =>
        resolve({ code: Number(error?.code ?? 0), out, err }),
      );
      child.stdin!.on('error', () => undefined).end(input);
    });

  it('says which version it is, and takes no code from the environment', async () => {
    expect(await call(['--version'])).toEqual({ code: 0, out: '7.8.9\n', err: '' });
    const injected = { NODE_OPTIONS: `--require ${join(place.path, 'evil.js')}` };
    expect(await call(['--version'], injected)).toEqual({ code: 0, out: '7.8.9\n', err: '' });
  });

  it('refuses in one sentence', async () => {
    const told = await call([], { WAYBILL_AGENT_CONFIG: '/nonexistent' });
    expect(told).toMatchObject({ code: 1, err: expect.stringMatching(/^waybill-agent: The configuration file .*\n$/) });
  });

  it('enrols, installs, and ends in order', async () => {
    const state = ['--state', join(place.path, 'state')];
    const settings = [...state, '--root', root, '--config', config, '--server', world.door.url];
    const env = { WAYBILL_AGENT_HOSTNAME: 'one-file' };
    const told = await call(['enrol', ...settings, '--token-file', '-'], env, world.door.token);
    expect(told).toMatchObject({ code: 0, err: '' });

    agent = AgentProcess.startFrom(config, [program]);
    await eventually(() => expect(agent!.output).toContain('"msg":"connected"'), WITHIN);
    const script = {
      file: 'run.sh',
      ...world.door.addObject(Buffer.from('#!/bin/sh\necho 1 > "$WAYBILL_ROOT/done"\n')),
    };
    const manifest = manifestOf(
      { artifacts: [script], installer: { type: 'script', file: 'run.sh' }, detection: [{ file: { path: '/done' } }] },
      'one-file',
    );
    const audience = { group: world.group, generation: world.generation };
    const command = executeCommand({ audience, manifest, expiresAt: inFuture(86_400_000) });
    await world.send(command);
    await eventually(() => expect(world.final(command.jobId)).toMatchObject({ status: 'succeeded' }), WITHIN);
    expect(readFileSync(join(root, 'done'), 'utf8')).toBe('1\n');
    await eventually(() => expect(world.door.inventories.at(-1)).toMatchObject({ agentVersion: '7.8.9' }), WITHIN);

    const doctor = await call(['doctor', '--config', config]);
    expect(doctor.out).toContain('The agent 7.8.9 runs and is connected.');
    expect(doctor.code).toBe(0);
    expect((await call(['status', ...state])).out).toContain('succeeded');
    expect(await agent.kill('SIGTERM')).toBe(0);
  }, 900_000);
});

import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { eventually } from '@waybill/testing';
import { type NamedResult } from '../src/doctor/run-checks.js';
import { AgentProcess } from './agent-process.js';
import { AgentWorld } from './agent-world.js';
import { executeCommand, inFuture, manifestOf } from './commands.js';
import { temporary } from './packages.js';
import { askAs } from './user-process.js';

const WITHIN = { timeoutMs: 30_000 };

describe('waybill-agent doctor beside a real agent', () => {
  let world: AgentWorld;
  let agent: AgentProcess;
  const place = temporary('doctor-agent');
  const state = join(place.path, 'state');
  const root = join(place.path, 'root');

  beforeAll(async () => {
    world = await AgentWorld.create();
    mkdirSync(root);
    agent = AgentProcess.start({ server: world.door.url, token: world.door.token, state, root });
    await eventually(() => expect(agent.output).toContain('"msg":"connected"'), WITHIN);
  }, 60_000);
  afterAll(async () => {
    await agent?.kill('SIGKILL');
    await world?.dispose();
    place.dispose();
  });

  async function doctor() {
    const { code, out } = await askAs(state, ['doctor', '--json', '--server', world.door.url, '--root', root]);
    const { checks } = JSON.parse(out) as { checks: NamedResult[] };
    return { code, checks, of: (name: string) => checks.find(({ check }) => check === name)! };
  }

  it('finds all well: it logs in at the broker, and disturbs nothing', async () => {
    const told = await doctor();
    expect(told.checks.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    expect(told.code).toBe(0);
    for (const check of ['server', 'clock', 'enrolment', 'broker', 'journal', 'agent'])
      expect(told.of(check).verdict).toBe('ok');
    expect(told.of('objectStore').verdict).toBe('skipped');
    expect(agent.output).not.toContain('disconnected');
  });

  it('fetches a byte from the object store when a package is known', async () => {
    const artifact = { file: 'run.sh', ...world.door.addObject(Buffer.from('#!/bin/sh\nexit 0\n')) };
    const installer = { type: 'script' as const, file: 'run.sh' };
    const manifest = manifestOf({ artifacts: [artifact], installer, detection: [{ file: { path: '/x' } }] }, 'known');
    const audience = { group: world.group, generation: world.generation };
    const command = executeCommand({ audience, manifest, expiresAt: inFuture(86_400_000) });
    await world.send(command);
    await eventually(() => expect(world.of(command.jobId).at(-1)?.status).toBe('failed'), WITHIN);
    expect((await doctor()).of('objectStore').verdict).toBe('ok');
    world.door.objects.set(artifact.sha256, Buffer.alloc(0));
    const told = await doctor();
    expect(told.of('objectStore')).toMatchObject({ verdict: 'failed', found: expect.stringContaining('HTTP 416') });
    expect(told.code).toBe(1);
  });

  it('finds a broker that is not there, and one that is none', async () => {
    const honest = world.door.broker;
    const silent = createServer((socket) => socket.end('no AMQP\r\n'));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    try {
      world.door.broker = '127.0.0.1:9';
      expect((await doctor()).of('broker')).toMatchObject({
        verdict: 'failed',
        found: expect.stringContaining('ECONNREFUSED'),
      });
      world.door.broker = `127.0.0.1:${(silent.address() as { port: number }).port}`;
      expect((await doctor()).of('broker').verdict).toBe('failed');
    } finally {
      world.door.broker = honest;
      silent.close();
    }
  });

  it('finds a computer that the server no longer accepts', async () => {
    world.door.failures.set('/token', [403]);
    expect((await doctor()).of('enrolment')).toMatchObject({
      verdict: 'failed',
      advice: expect.stringContaining('anew'),
    });
  });

  it('reads the journal itself when the agent has ended', async () => {
    await agent.kill('SIGKILL');
    const told = await doctor();
    expect(told.of('agent')).toMatchObject({ verdict: 'failed', advice: expect.stringContaining('Start it') });
    for (const check of ['enrolment', 'broker', 'journal']) expect(told.of(check).verdict).toBe('ok');
  });
});

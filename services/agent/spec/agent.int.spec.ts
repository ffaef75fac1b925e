import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@waybill/testing';
import { AgentProcess } from './agent-process.js';
import { AgentWorld } from './agent-world.js';
import { cancelCommand, executeCommand, manifestOf } from './commands.js';
import { debBytes, temporary } from './packages.js';

describe('a real agent', () => {
  let world: AgentWorld;
  let agent: AgentProcess;
  const place = temporary('agent');
  const state = join(place.path, 'state');
  const root = join(place.path, 'root');

  beforeAll(async () => {
    world = await AgentWorld.create();
    mkdirSync(root);
    agent = AgentProcess.start({ server: world.door.url, token: world.door.token, state, root });
    await eventually(() => expect(agent.output).toContain('"msg":"connected"'), { timeoutMs: 20_000 });
  });

  afterAll(async () => {
    if (process.env['SPEC_DEBUG']) console.log(agent.output);
    await agent?.kill('SIGKILL');
    await world?.dispose();
    place.dispose();
  });

  const audience = () => ({ group: world.group, generation: world.generation });

  it('keeps its key to itself', () => {
    expect(statSync(join(state, 'agent.key')).mode & 0o777).toBe(0o600);
    expect(statSync(state).mode & 0o777).toBe(0o700);
  });

  it('installs a real package and proves it', async () => {
    const artifact = { file: 'acme-ledger_2.4.0_all.deb', ...world.door.addObject(debBytes()) };
    const command = executeCommand({
      audience: audience(),
      manifest: manifestOf({ artifacts: [artifact], installer: { type: 'deb' } }),
    });
    await world.send(command);
    const report = await eventually(() => world.final(command.jobId), { timeoutMs: 20_000 });
    expect(report).toMatchObject({
      status: 'succeeded',
      exitCode: 0,
      attempt: 1,
      evidence: expect.stringContaining('acme-ledger 2.4.0 is installed') as string,
    });
    expect(report.logTail).toContain('Setting up acme-ledger');
    expect(readFileSync(join(root, 'opt/acme/ledger'), 'utf8')).toBe('acme-ledger 2.4.0\n');
    expect(report.steps!.map(({ name }) => name)).toEqual([
      'space',
      'download',
      'detection.before',
      'install',
      'detection',
    ]);
    const sent = world.reports.filter((entry) => entry.report.jobId === command.jobId);
    for (const {
      userId,
      key,
      report: { computerId },
    } of sent)
      expect([userId, key]).toEqual([`a-${computerId}`, `a-${computerId}.status.v1`]);
    expect(sent.map(({ report: { seq } }) => seq)).toEqual(
      sent.map(({ report: { seq } }) => seq).toSorted((a, b) => a - b),
    );
  });

  it('says so when the software is there already, and downloads nothing', async () => {
    const artifact = { file: 'other-name.deb', sha256: 'f'.repeat(64), size: 10 };
    const detection = [{ deb: { package: 'acme-ledger', version: '2.4.0' } }];
    const command = executeCommand({
      audience: audience(),
      manifest: manifestOf({ artifacts: [artifact], installer: { type: 'deb' }, detection }),
    });
    await world.send(command);
    const report = await eventually(() => world.final(command.jobId));
    expect(report).toMatchObject({ status: 'succeeded', reason: 'alreadyInstalled' });
    expect(world.door.requests).not.toContain(`POST /downloads/${'f'.repeat(64)}`);
  });

  it('uninstalls it', async () => {
    const artifact = { file: 'acme-ledger_2.4.0_all.deb', ...world.door.addObject(debBytes()) };
    const detection = [{ deb: { package: 'acme-ledger', version: '2.4.0' } }];
    const command = executeCommand({
      audience: audience(),
      action: 'uninstall',
      manifest: manifestOf({ artifacts: [artifact], installer: { type: 'deb' }, detection }),
    });
    await world.send(command);
    expect(await eventually(() => world.final(command.jobId), { timeoutMs: 20_000 })).toMatchObject({
      status: 'succeeded',
    });
    expect(existsSync(join(root, 'opt/acme/ledger'))).toBe(false);
  });

  it('acts once on a command that comes by the group and by the inbox', async () => {
    const computerId = world.door.computerIds[0]!;
    const artifact = { file: 'x.deb', ...world.door.addObject(debBytes('acme-x', '1')) };
    const manifest = manifestOf({ artifacts: [artifact], installer: { type: 'deb' } }, 'acme-x', '1');
    const command = executeCommand({ audience: audience(), manifest });
    const twin = executeCommand({
      ...command,
      id: crypto.randomUUID(),
      audience: { shard: Number(/\d+$/.exec(world.inboxSubscription(computerId).stream)![0]) },
      selector: { kind: 'computers', ids: [computerId] },
    });
    await world.send(command);
    await world.send(twin, { computerId });
    const report = await eventually(() => world.final(command.jobId), { timeoutMs: 20_000 });
    expect(report.status).toBe('succeeded');
    const later = executeCommand({ audience: audience(), action: 'verify', manifest });
    await world.send(later);
    await eventually(() => world.final(later.jobId), { timeoutMs: 20_000 });
    expect(world.of(command.jobId).filter(({ status }) => status === 'succeeded')).toHaveLength(1);
    expect(world.of(command.jobId).filter(({ status }) => status === 'accepted').length).toBeLessThanOrEqual(1);
  });

  it('remembers a cancel that comes before its command', async () => {
    const command = executeCommand({ audience: audience() });
    await world.send(cancelCommand(command));
    await world.send(command);
    expect(await eventually(() => world.final(command.jobId))).toMatchObject({
      status: 'canceled',
      reason: 'job.canceled',
      message: expect.stringContaining('Wrong version.') as string,
    });
  });

  it('reports the reason of a package that is not for this platform', async () => {
    const manifest = {
      ...manifestOf({ artifacts: [{ file: 'a.deb', sha256: '0'.repeat(64), size: 1 }], installer: { type: 'deb' } }),
    };
    manifest.variants[0]!.platform = { os: 'windows' };
    const command = executeCommand({ audience: audience(), manifest });
    await world.send(command);
    expect(await eventually(() => world.final(command.jobId))).toMatchObject({
      status: 'rejected',
      reason: 'variant.none',
    });
  });

  it('sends its inventory when it changed', async () => {
    await eventually(() =>
      expect(world.door.inventories.at(-1)?.software).toContainEqual({ name: 'acme-x', version: '1', source: 'dpkg' }),
    );
  });

  it('stops cleanly and goes on with what came meanwhile', async () => {
    expect(await agent.kill('SIGTERM')).toBe(0);
    const manifest = manifestOf(
      { artifacts: [{ file: 'x.deb', ...world.door.addObject(debBytes('acme-x', '1')) }], installer: { type: 'deb' } },
      'acme-x',
      '1',
    );
    const command = executeCommand({ audience: audience(), action: 'verify', manifest });
    await world.send(command);
    agent = AgentProcess.start({ server: world.door.url, state, root });
    expect(await eventually(() => world.final(command.jobId), { timeoutMs: 20_000 })).toMatchObject({
      status: 'succeeded',
    });
  });

  it('is light', async () => {
    const resident = () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${agent.child.pid}/status`, 'utf8'))![1]) / 1024;
    console.log(`resident: ${resident().toFixed(0)} MiB`);
    expect(resident()).toBeLessThan(90);
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import type { Manifest } from '@waybill/contracts/agent';
import { eventually } from '@waybill/testing';
import { AgentProcess } from './agent-process.js';
import { AgentWorld } from './agent-world.js';
import { buildAgent, type OtherVersion, otherVersion } from './built-agent.js';
import { executeCommand, inFuture, manifestOf } from './commands.js';
import { DebianRoot } from './debian-root.js';
import { temporary } from './packages.js';

const WITHIN = { timeoutMs: 120_000 };
const LIB = 'usr/lib/waybill-agent';
const CONFIG = '/etc/waybill-agent/agent.json';

(DebianRoot.isPossible ? describe : describe.skip)('an update of the agent by a job', () => {
  const place = temporary('agent-update');
  let made: (end: string) => string;
  let root: DebianRoot;
  let world: AgentWorld;
  let agent: AgentProcess | undefined;
  beforeAll(async () => {
    made = await buildAgent(join(place.path, 'build'), '1.4.0');
    root = new DebianRoot();
    execFileSync('dpkg', [`--root=${root.path}`, '--install', made('.deb')], { stdio: 'pipe' });
    world = await AgentWorld.create();
    const enrol = ['enrol', '--server', world.door.url, '--token-file', '-'];
    await root.run('waybill-agent', enrol, { input: world.door.token });
    await start();
  }, 900_000);
  afterAll(async () => {
    await agent?.kill('SIGKILL');
    await world?.dispose();
    root?.dispose();
    place.dispose();
  });

  /** As a service, which is started again when it ends; systemd itself does not hear it here. */
  async function start(): Promise<void> {
    const service = { NOTIFY_SOCKET: '/nobody' };
    agent = AgentProcess.startFrom(CONFIG, ['chroot', root.path, `/${LIB}/waybill-agent`], service);
    await eventually(() => expect(agent!.output).toContain('"msg":"connected"'), WITHIN);
  }

  const packages = new Map<string, OtherVersion>();
  function packageOf(version: string, program?: string): OtherVersion {
    if (!packages.has(version)) packages.set(version, otherVersion(made('.deb'), place.path, version, program));
    return packages.get(version)!;
  }

  /** What `package:agent` writes as the manifest, for this version. */
  async function order(version: string, program?: string) {
    const { path, sha256 } = packageOf(version, program);
    const { variants } = parse(readFileSync(made('waybill.yaml'), 'utf8')) as Manifest;
    const { installer, timeout } = variants.find((variant) => variant.installer.type === 'deb')!;
    const detection = [
      { deb: { package: 'waybill-agent', version } },
      { file: { path: `/${LIB}/waybill-agent`, sha256 } },
    ];
    const artifacts = [{ file: basename(path), ...world.door.addObject(readFileSync(path)) }];
    const manifest = manifestOf({ artifacts, installer, detection, timeout }, 'waybill-agent', version);
    const audience = { group: world.group, generation: world.generation };
    const command = executeCommand({ audience, manifest, expiresAt: inFuture(86_400_000) });
    await world.send(command);
    return command.jobId;
  }
  const versionOf = async () =>
    (await root.run('dpkg-query', ['--show', '--showformat=${Status} ${Version}', 'waybill-agent'])).trim();

  it('takes over when the new version has reported in', async () => {
    const before = readFileSync(join(root.path, LIB, 'waybill-agent'));
    const job = await order('1.5.0');
    await eventually(() => expect(world.final(job)).toMatchObject({ status: 'succeeded' }), WITHIN);
    expect(await versionOf()).toBe('install ok installed 1.5.0');
    // nobody told it to: whoever runs it as a service starts what lies there now
    expect(await agent!.ended()).toBe(0);
    expect(agent!.output).toContain('"signal":"update"');
    for (const name of ['previous', 'rejected']) expect(existsSync(join(root.path, LIB, name))).toBe(false);
    expect(readFileSync(join(root.path, LIB, 'waybill-agent')).equals(before)).toBe(true);
    await start();
  }, 900_000);

  it('goes back to the previous version when the new one does not report in, and misses nothing', async () => {
    const job = await order('1.6.0', '#!/bin/sh\necho "no GLIBC here" >&2\nexit 1\n');
    await eventually(() => expect(world.final(job)).toMatchObject({ status: 'failed' }), WITHIN);
    const { reason, logTail } = world.final(job);
    expect(reason).toBe('install.exitCode');
    expect(logTail).toContain('no GLIBC here');
    expect(logTail).toContain('the new version does not report in at the server; the previous one stays');
    expect(await root.run('waybill-agent', ['--version'])).toBe('1.4.0\n');
    expect(await versionOf()).toBe('install ok half-configured 1.6.0');
    expect(agent!.running).toBe(true);
    expect(await root.run('waybill-agent', ['doctor'])).toContain('The agent 1.4.0 runs and is connected.');
    // asked again it tries again, and keeps what works
    await expect(root.run('dpkg', ['--configure', 'waybill-agent'])).rejects.toThrow('no GLIBC here');
    expect(await root.run('waybill-agent', ['--version'])).toBe('1.4.0\n');
  }, 900_000);

  it('does not take the broken one for installed when it is ordered once more, and takes the next one', async () => {
    const again = await order('1.6.0');
    await eventually(() => expect(world.final(again)).toMatchObject({ status: 'failed' }), WITHIN);
    const next = await order('1.7.0');
    await eventually(() => expect(world.final(next)).toMatchObject({ status: 'succeeded' }), WITHIN);
    expect(await versionOf()).toBe('install ok installed 1.7.0');
    expect(await agent!.ended()).toBe(0);
    await start();
  }, 900_000);

  it('says why a version does not report in, and asks nothing of a computer that has not joined', async () => {
    world.door.failures.set('/token', [403]);
    await expect(root.run('waybill-agent', ['check-in', '--for', 'PT1S'])).rejects.toThrow(
      /^waybill-agent: 75 waybill-agent: this version does not report in.\nFAILED +enrolment .*spec.failure/,
    );
    expect(await root.run('waybill-agent', ['check-in', '--for', 'PT1S'])).toBe('');
    await expect(root.run('waybill-agent', ['check-in', '--for', 'soon'])).rejects.toThrow('--for soon: use an ISO');
    const elsewhere = ['--state', '/elsewhere', '--server', world.door.url];
    expect(await root.run('waybill-agent', ['check-in', ...elsewhere])).toContain('has not joined');
  });
});

import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { AgentProcess } from './agent-process.js';
import { AgentWorld } from './agent-world.js';
import { buildAgent, otherVersion } from './built-agent.js';
import { examplesOf, pattern, sectionOf } from './console-document.js';
import { DebianRoot } from './debian-root.js';
import { temporary } from './packages.js';
import { canRpm } from './rpm-tool.js';
import { eventually } from '@waybill/testing';

const UNIT = 'usr/lib/systemd/system/waybill-agent.service';
const BY_WAYBILL = { WAYBILL_JOB_ID: 'a-job' };

(DebianRoot.isPossible ? describe : describe.skip)('packages of the agent', () => {
  const place = temporary('agent-package');
  const build = join(place.path, 'build');
  let made: (end: string) => string;
  const roots: DebianRoot[] = [];
  beforeAll(async () => {
    canRpm();
    made = await buildAgent(build, '1.4.0');
  }, 900_000);
  afterEach(() => {
    for (const root of roots.splice(0)) root.dispose();
  });
  afterAll(() => place.dispose());

  function debian(): DebianRoot {
    const root = new DebianRoot();
    roots.push(root);
    return root;
  }
  const dpkg = (root: DebianRoot, args: readonly string[], env: Record<string, string> = {}) => {
    const { status, stdout, stderr } = spawnSync('dpkg', [`--root=${root.path}`, ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });
    return { status, said: stdout + stderr };
  };
  const groupOf = (root: DebianRoot) => /^waybill:x:(\d+):$/m.exec(readFileSync(join(root.path, 'etc/group'), 'utf8'));

  /** The same package as another version, with a program that only says so. */
  const later = (version: string) =>
    otherVersion(made('.deb'), place.path, version, `#!/bin/sh\necho ${version}\n`).path;

  it('is installed by dpkg: a program, a service, a group, and what to do next', async () => {
    const root = debian();
    const { status, said } = dpkg(root, ['--install', made('.deb')]);
    expect({ status, said }).toEqual({ status: 0, said: expect.stringContaining('waybill-agent enrol --server') });
    expect(await root.run('waybill-agent', ['--version'])).toBe('1.4.0\n');
    expect(statSync(join(root.path, 'var/lib/waybill-agent')).mode & 0o777).toBe(0o710);
    expect(groupOf(root)).not.toBeNull();
    expect(readdirSync(join(root.path, 'etc/waybill-agent'))).toEqual([]);
    expect(await root.run('dpkg', ['--verify', 'waybill-agent'])).toBe('');
    // nothing that everybody may write, nothing that somebody else than root owns
    const files = (await root.run('dpkg', ['-L', 'waybill-agent'])).trim().split('\n');
    expect(files).toContain('/usr/share/doc/waybill-agent/agent.md');
    for (const file of files) {
      const { uid, mode } = statSync(join(root.path, file));
      expect({ file, uid, writable: mode & 0o022 }).toEqual({ file, uid: 0, writable: 0 });
    }
  });

  it('is installed as docs/agent.md shows', async () => {
    const root = debian();
    copyFileSync(made('.deb'), join(root.path, 'waybill-agent_1.4.0_amd64.deb'));
    const examples = examplesOf(sectionOf(readFileSync('docs/agent.md', 'utf8'), 'Install'));
    expect(examples.length).toBeGreaterThan(1);
    for (const { command, printed } of examples)
      expect(await root.run('/bin/sh', ['-c', command])).toMatch(pattern(printed));
  });

  it('is upgraded and removed with what belongs to the computer left alone, and purged with it', async () => {
    const root = debian();
    dpkg(root, ['--install', made('.deb')]);
    const [config, key] = ['etc/waybill-agent/agent.json', 'var/lib/waybill-agent/agent.key'].map((path) =>
      join(root.path, path),
    );
    for (const path of [config!, key!]) writeFileSync(path, '{}');
    const upgrade = dpkg(root, ['--install', later('1.10.0')]);
    expect(upgrade).toMatchObject({ status: 0, said: expect.not.stringContaining('enrol') });
    expect(await root.run('waybill-agent', ['--version'])).toBe('1.10.0\n');
    for (const path of [config!, key!]) expect(existsSync(path)).toBe(true);
    const group = groupOf(root);
    expect(dpkg(root, ['--remove', 'waybill-agent']).status).toBe(0);
    for (const path of [config!, key!]) expect(existsSync(path)).toBe(true);
    expect(dpkg(root, ['--purge', 'waybill-agent']).status).toBe(0);
    for (const path of ['etc', 'var/lib', 'usr/lib'])
      expect(existsSync(join(root.path, path, 'waybill-agent'))).toBe(false);
    expect(groupOf(root)).toEqual(group);
  });

  it('does not let the agent remove itself', async () => {
    const root = debian();
    dpkg(root, ['--install', made('.deb')]);
    const told = dpkg(root, ['--remove', 'waybill-agent'], BY_WAYBILL);
    expect(told).toMatchObject({ status: 1, said: expect.stringContaining('the agent cannot remove itself') });
    expect(await root.run('waybill-agent', ['--version'])).toBe('1.4.0\n');
    expect(dpkg(root, ['--install', later('1.11.0')], BY_WAYBILL).status).toBe(0);
  });

  it('runs as its service does, from enrolling to the end, and tells systemd nothing where there is none', async () => {
    const root = debian();
    dpkg(root, ['--install', made('.deb')]);
    const world = await AgentWorld.create();
    let agent: AgentProcess | undefined;
    try {
      const enrol = ['enrol', '--server', world.door.url, '--token-file', '-'];
      const told = await root.run('waybill-agent', enrol, { input: world.door.token });
      expect(told).toContain('The settings are in /etc/waybill-agent/agent.json.\nNext: start the agent, as a service');
      const unit = readFileSync(join(root.path, UNIT), 'utf8');
      const [, program, config] = /^ExecStart=(\S+) --config (\S+)$/m.exec(unit)!;
      agent = AgentProcess.startFrom(config!, ['chroot', root.path, program!]);
      await eventually(() => expect(agent!.output).toContain('"msg":"connected"'), { timeoutMs: 60_000 });
      const state = join(root.path, 'var/lib/waybill-agent');
      const { gid } = statSync(join(state, 'agent.sock'));
      expect(gid).toBe(Number(groupOf(root)![1]));
      expect(statSync(join(state, 'agent.key')).mode & 0o777).toBe(0o600);
      const doctor = await root.run('waybill-agent', ['doctor']);
      expect(doctor).toContain('The agent 1.4.0 runs and is connected.');
      expect(await agent.kill('SIGTERM')).toBe(0);
    } finally {
      await agent?.kill('SIGKILL');
      await world.dispose();
    }
  }, 900_000);

  it('is a package that Waybill distributes: its manifest has no faults', () => {
    const command = join(import.meta.dirname, '../../../libs/packaging/dist/command/main.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'package', 'lint', build], {
      encoding: 'utf8',
    });
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: expect.stringContaining('waybill-agent') });
    expect(readFileSync(made('waybill.yaml'), 'utf8')).toMatch(/sha256: "?[0-9a-f]{64}/);
  });

  it('has a unit that systemd understands, and that is open only where installers need it', async () => {
    const root = debian();
    dpkg(root, ['--install', made('.deb')]);
    // systemd warns of what it does not know, and goes on
    expect(await root.run('systemd-analyze', ['verify', `/${UNIT}`])).toBe('');
    const judged = await root.run('systemd-analyze', ['security', '--offline=true', '--threshold=95', `/${UNIT}`]);
    const open = [...judged.matchAll(/^✗ (\S+)/gm)].map(([, name]) => name!);
    // each is explained in the unit
    const explained = readFileSync(join(root.path, UNIT), 'utf8');
    for (const name of ['NoNewPrivileges', 'ProtectSystem', 'MemoryDenyWriteExecute']) {
      expect(open.join('\n')).toContain(`${name}=`);
      expect(explained).toContain(name);
    }
    for (const closed of [
      'RestrictRealtime=',
      'LockPersonality=',
      'RestrictAddressFamilies=~AF_PACKET',
      'KeyringMode=',
    ])
      expect(open.filter((name) => name.startsWith(closed))).toEqual([]);
  });

  (canRpm() ? it : it.skip)('is installed, upgraded and removed by rpm', async () => {
    const root = debian();
    // the database is Debian's own otherwise, and the dependencies are not in it
    const rpm = (args: readonly string[], env: Record<string, string> = {}) =>
      spawnSync('rpm', [`--root=${root.path}`, '--dbpath=/var/lib/rpm', '--nodeps', ...args], {
        encoding: 'utf8',
        env: { ...process.env, ...env },
      });
    mkdirSync(join(root.path, 'var/lib/rpm'), { recursive: true });
    expect(rpm(['-i', made('.rpm')])).toMatchObject({ status: 0 });
    expect(await root.run('waybill-agent', ['--version'])).toBe('1.4.0\n');
    const { mode, gid } = statSync(join(root.path, 'var/lib/waybill-agent'));
    expect({ mode: mode & 0o777, gid }).toEqual({ mode: 0o710, gid: Number(groupOf(root)![1]) });
    expect(rpm(['-V', 'waybill-agent']).stdout).toBe('');
    const config = join(root.path, 'etc/waybill-agent/agent.json');
    writeFileSync(config, '{}');
    copyFileSync(config, join(root.path, 'var/lib/waybill-agent/agent.key'));
    // the program cannot report in with that configuration: rpm calls it installed, and what ran before stays
    const before = statSync(join(root.path, 'usr/lib/waybill-agent/waybill-agent')).ino;
    const update = rpm(['-U', '--replacepkgs', made('.rpm')]);
    expect(update.stderr).toContain('the previous one stays in its place');
    expect(statSync(join(root.path, 'usr/lib/waybill-agent/waybill-agent')).ino).toBe(before);
    rmSync(config);
    expect(rpm(['-U', '--replacepkgs', made('.rpm')])).toMatchObject({ status: 0 });
    expect(statSync(join(root.path, 'usr/lib/waybill-agent/waybill-agent')).ino).not.toBe(before);
    writeFileSync(config, '{}');
    expect(rpm(['-e', 'waybill-agent'], BY_WAYBILL).stderr).toContain('the agent cannot remove itself');
    expect(await root.run('waybill-agent', ['--version'])).toBe('1.4.0\n');
    expect(rpm(['-e', 'waybill-agent']).status).toBe(0);
    expect(existsSync(join(root.path, 'usr/lib/waybill-agent'))).toBe(false);
    expect(existsSync(config)).toBe(true);
  });
});

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inboxShard, type Variant } from '@waybill/contracts/agent';
import { eventually } from '@waybill/testing';
import { AgentProcess } from './agent-process.js';
import { AgentWorld } from './agent-world.js';
import { executeCommand, manifestOf } from './commands.js';
import { lines } from './crash-cases.js';
import { debBytes, put, tarBytes, temporary } from './packages.js';
import { canMount, SmallDisk } from './small-disk.js';

const SLOW = { timeoutMs: 180_000 };
const MIB = 1024 * 1024;
const OLD = 'the old content\n';
const tried = canMount() ? describe : describe.skip;

tried('a disk that is full', () => {
  let world: AgentWorld;
  const place = temporary('full');
  const disks: SmallDisk[] = [];
  const agents: AgentProcess[] = [];

  beforeAll(async () => {
    world = await AgentWorld.create();
    world.door.subscriptions = (computerId) => [world.inboxSubscription(computerId)];
  });
  afterEach(async () => {
    for (const agent of agents.splice(0)) await agent.kill('SIGKILL');
    for (const disk of disks.splice(0)) disk.dispose();
  });
  afterAll(async () => {
    await world?.dispose();
    place.dispose();
  });

  const disk = (path: string, mib: number) => {
    disks.push(new SmallDisk(path, mib));
    return disks.at(-1)!;
  };
  const add = (file: string, bytes: Buffer) => ({ file, ...world.door.addObject(bytes) });

  /** An agent that is connected, with disks of their own for its state and for what it installs, MiB. */
  async function computer(host: string, { state = 64, root = 64 } = {}) {
    const [statePath, rootPath] = [join(place.path, host, 'state'), join(place.path, host, 'root')];
    mkdirSync(statePath, { recursive: true });
    mkdirSync(rootPath, { recursive: true });
    const made = { state: disk(statePath, state), root: disk(rootPath, root) };
    const start = () => {
      const env = { WAYBILL_AGENT_HOSTNAME: host };
      const agent = AgentProcess.start({
        server: world.door.url,
        token: world.door.token,
        state: statePath,
        root: rootPath,
        env,
      });
      agents.push(agent);
      return agent;
    };
    const agent = start();
    await eventually(() => expect(agent.output).toContain('"msg":"connected"'), SLOW);
    const computerId = world.door.computerOf(host);
    const send = async (variant: Omit<Variant, 'platform'>, more: object = {}) => {
      const execute = executeCommand({
        audience: { shard: inboxShard(computerId) },
        selector: { kind: 'computers', ids: [computerId] },
        manifest: manifestOf(variant, 'acme', '2'),
        ...more,
      });
      await world.send(execute, { computerId });
      return execute.jobId;
    };
    const final = (jobId: string) => eventually(() => world.final(jobId), SLOW);
    return { ...made, agent, start, send, final, rootPath, statePath };
  }

  /** Counts its runs on a disk that is never full. */
  const script = (host: string) => {
    const count = join(place.path, `${host}-runs`);
    const setup = add('setup.sh', Buffer.from(`#!/bin/sh\necho run >> '${count}'\ntouch "$WAYBILL_ROOT/done"\n`));
    const variant: Omit<Variant, 'platform'> = {
      artifacts: [setup],
      installer: { type: 'script', file: 'setup.sh' },
      detection: [{ file: { path: '/done' } }],
    };
    return { variant, runs: () => lines(count) };
  };

  it('of the agent loses no command: it is taken up when there is room again, and installed once', async () => {
    const { state, send, final, agent } = await computer('journal');
    const { variant, runs } = script('journal');
    state.fill();
    const jobId = await send(variant);
    await eventually(() => expect(agent.output).toMatch(/full|ENOSPC/i), SLOW);
    expect([agent.running, runs()]).toEqual([true, 0]);
    state.relieve();
    expect(await final(jobId)).toMatchObject({ status: 'succeeded' });
    expect(runs()).toBe(1);
  });

  it('in the middle of an installation does not make it run twice, nor is its end lost', async () => {
    const { state, send, final, start, agent } = await computer('middle');
    const [count, go] = [join(place.path, 'middle-runs'), join(place.path, 'middle-go')];
    const slow = `#!/bin/sh\necho run >> '${count}'\nwhile [ ! -e '${go}' ]; do sleep 0.1; done\ntouch "$WAYBILL_ROOT/done"\n`;
    const jobId = await send({
      artifacts: [add('slow.sh', Buffer.from(slow))],
      installer: { type: 'script', file: 'slow.sh' },
      detection: [{ file: { path: '/done' } }],
    });
    await eventually(() => expect(lines(count)).toBe(1), SLOW);
    state.fill();
    put(go, '');
    await eventually(() => expect(agent.output).toMatch(/full|ENOSPC/i), SLOW);
    await agent.kill('SIGKILL');
    state.relieve();
    start();
    // the agent that saw it end could not write that down
    expect(['succeeded', 'agent.restarted']).toContain(
      ((r) => (r.status === 'succeeded' ? r.status : r.reason))(await final(jobId)),
    );
    expect(lines(count)).toBe(1);
  });

  it('is refused before a byte is fetched, in words', async () => {
    const { send, final, statePath } = await computer('small', { state: 24 });
    world.door.requests.length = 0;
    const jobId = await send({
      artifacts: [add('large.sh', randomBytes(12 * MIB))],
      installer: { type: 'script', file: 'large.sh' },
      detection: [{ file: { path: '/done' } }],
    });
    const report = await final(jobId);
    expect(report).toMatchObject({ status: 'rejected', reason: 'requirement.disk' });
    expect(report.message).toContain(`${statePath}`);
    expect(world.door.requests.filter((request) => request.includes('/objects/'))).toEqual([]);
  });

  it('by somebody else’s doing while a file is fetched is a failure that says so, and leaves room for saying it', async () => {
    const { state, send, final, statePath } = await computer('fetch', { state: 64 });
    const bytes = randomBytes(24 * MIB);
    const large = add('large.sh', bytes);
    // half of it, then a disk that others have filled
    world.door.cuts.push(12 * MIB);
    world.door.onCut = () => state.fill(512);
    const jobId = await send({
      artifacts: [large],
      installer: { type: 'script', file: 'large.sh' },
      detection: [{ file: { path: '/done' } }],
    });
    const report = await final(jobId);
    expect(report).toMatchObject({ status: 'failed', reason: 'download.failed' });
    expect(report.message).toMatch(/cannot be written.*ENOSPC/);
    expect(readdirSync(join(statePath, 'artifacts'))).toEqual([]);
  });

  const kinds: Record<string, () => Omit<Variant, 'platform'>> = {
    archive: () => ({
      artifacts: [add('tree.tar.gz', tarBytes({ data: 'new', large: 'x'.repeat(40 * MIB) }))],
      installer: { type: 'archive', directory: '/opt/acme' },
    }),
    files: () => ({
      artifacts: [add('data', randomBytes(MIB)), add('large', randomBytes(20 * MIB))],
      installer: {
        type: 'files',
        files: [
          { file: 'data', path: '/opt/acme/data' },
          { file: 'large', path: '/opt/acme/large' },
        ],
      },
      detection: [{ file: { path: '/opt/acme/large' } }],
    }),
    deb: () => ({
      artifacts: [add('acme.deb', debBytes('acme', '2', { 'opt/acme/new': 'x'.repeat(40 * MIB) }))],
      installer: { type: 'deb' },
      detection: [{ deb: { package: 'acme', version: '2' } }],
    }),
  };

  it.each(['archive', 'files', 'deb'])(
    'in the middle of installing %s is a failure; what was there is there',
    async (type) => {
      const { send, final, rootPath } = await computer(`full-${type}`, { state: 128, root: 64 });
      put(join(rootPath, 'opt/acme/data'), OLD);
      // enough when it was asked for, not when it is needed
      const filler = add(
        'fill.sh',
        Buffer.from('#!/bin/sh\ndd if=/dev/zero of="$WAYBILL_ROOT/more" bs=1M count=46 status=none\n'),
      );
      const variant = kinds[type]!();
      const report = await final(
        await send({ ...variant, artifacts: [...variant.artifacts, filler], hooks: { before: 'fill.sh' } }),
      );
      expect(report).toMatchObject({ status: 'failed' });
      expect(`${report.message} ${report.logTail ?? ''}`).toMatch(/space|room|ENOSPC/i);
      expect(readFileSync(join(rootPath, 'opt/acme/data'), 'utf8')).toBe(OLD);
      expect(existsSync(join(rootPath, 'opt/acme/large'))).toBe(false);
      expect(readdirSync(rootPath, { recursive: true }).filter((name) => String(name).includes('.waybill-'))).toEqual(
        [],
      );
    },
  );

  it.each(['archive', 'files', 'deb'])('that is read-only lets %s fail in words', async (type) => {
    const { root, send, final, rootPath } = await computer(`ro-${type}`, { state: 128, root: 96 });
    put(join(rootPath, 'opt/acme/data'), OLD);
    root.readOnly();
    const report = await final(await send(kinds[type]!()));
    expect(report).toMatchObject({ status: 'failed' });
    expect(`${report.message} ${report.logTail ?? ''}`).toMatch(/read-only|EROFS/i);
    expect(readFileSync(join(rootPath, 'opt/acme/data'), 'utf8')).toBe(OLD);
  });
});

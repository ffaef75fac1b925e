import { type ExecuteCommand, groupStream, inboxShard, isFinal, type StatusReport } from '@waybill/contracts/agent';
import { eventually } from '@waybill/testing';
import { type SimulatedFleet, startFleet } from '../src/simulator/index.js';
import { AgentWorld } from './agent-world.js';
import { cancelCommand, executeCommand, HOUR, inFuture, KEYS, manifestOf, PLAIN } from './commands.js';

const AGENTS = 40;
const SLOW = { timeoutMs: 40_000 };
/** For specs that wait more than once, on a machine with other work. */
const LOADED_MS = 130_000;

describe('a fleet of simulated agents', () => {
  let world: AgentWorld;
  let fleet: SimulatedFleet;
  const received = new Map<string, number>();
  const refusals: string[] = [];

  beforeAll(async () => {
    world = await AgentWorld.create();
    fleet = startFleet({
      server: world.door.url,
      token: world.door.token,
      agents: AGENTS,
      seed: 7,
      delay: { install: { min: 50, max: 150 } },
      fail: { download: 0.2 },
      coalesceMs: 50,
      reconcileSpreadMs: 100,
      backOff: { baseMs: 50, maxMs: 500 },
      attributes: (number) => ({ department: number % 2 ? 'accounting' : 'sales' }),
      onCommand: ({ agent, command, at }) => {
        received.set(command.id, (received.get(command.id) ?? 0) + 1);
        if (typeof at !== 'bigint') refusals.push(agent.hostname);
      },
    });
    await fleet.subscribed;
  });

  afterAll(async () => {
    await fleet?.stop();
    await world?.dispose();
  });

  const audience = () => ({ group: world.group, generation: world.generation });
  const keyOf = ({ jobId, run, attempt }: ExecuteCommand) => ({ jobId, run, attempt });
  /** Desired state as the scheduler signs it: every command for the computer that asks, and for no other. */
  const toEach = (commands: ExecuteCommand[], open: ExecuteCommand[]) => async (computer: string) => ({
    commands: await Promise.all(
      commands.map((command) =>
        world.sign({
          ...command,
          seq: 0,
          audience: { computer },
          selector: { kind: 'computers' as const, ids: [computer] },
        }),
      ),
    ),
    open: open.map(keyOf),
  });
  const desiredStateRequests = () => world.door.requests.filter((request) => request === 'GET /desired-state').length;
  let package_ = 0;
  const broadcast = () =>
    executeCommand({ audience: audience(), manifest: manifestOf(PLAIN, `package-${package_++}`, '1') });
  /** The one end of every computer; fails while some are missing. */
  const ends = (jobId: string, expected = AGENTS) => {
    const byComputer = new Map<string, Set<string>>();
    for (const report of world.of(jobId)) {
      if (!['succeeded', 'failed', 'rejected', 'canceled', 'expired'].includes(report.status)) continue;
      byComputer.set(
        report.computerId,
        (byComputer.get(report.computerId) ?? new Set()).add(`${report.status}:${report.seq}`),
      );
    }
    expect(byComputer.size).toBe(expected);
    for (const set of byComputer.values()) expect([...set]).toHaveLength(1);
    return [...byComputer.values()].map((set) => [...set][0]!.split(':')[0]!);
  };

  it('obeys a broadcast: every agent, once, with the failures of its seed', async () => {
    const command = broadcast();
    await world.send(command);
    const statuses = await eventually(() => ends(command.jobId), SLOW);
    expect(received.get(command.id)).toBe(AGENTS);
    const failed = statuses.filter((status) => status === 'failed').length;
    expect(failed).toBeGreaterThan(0);
    expect(failed).toBeLessThan(AGENTS / 2);
    expect(statuses.filter((status) => status === 'succeeded')).toHaveLength(AGENTS - failed);
    for (const { report, userId } of world.reports) expect(userId).toBe(`a-${report.computerId}`);
  });

  it('coalesces: far fewer reports than steps, each with all steps', async () => {
    const command = broadcast();
    await world.send(command);
    await eventually(() => ends(command.jobId), SLOW);
    const reports = world.of(command.jobId);
    expect(reports.length).toBeLessThanOrEqual(AGENTS * 4);
    for (const report of reports.filter(({ status }) => status === 'succeeded'))
      expect(report.steps!.map(({ name }) => name)).toEqual([
        'detection.before',
        'space',
        'download',
        'install',
        'detection',
      ]);
  });

  it('reaches one computer through its inbox, and a named few through the group', async () => {
    const [one, two, three] = fleet.agents;
    const single = executeCommand({
      audience: { shard: inboxShard(one!.computerId) },
      selector: { kind: 'computers', ids: [one!.computerId] },
      manifest: manifestOf(PLAIN, 'single', '1'),
    });
    await world.send(single, { computerId: one!.computerId });
    const few = { ...broadcast(), selector: { kind: 'computers' as const, ids: [two!.computerId, three!.computerId] } };
    await world.send(few);
    await eventually(() => ends(single.jobId, 1), SLOW);
    await eventually(() => ends(few.jobId, 2), SLOW);
    expect([...new Set(world.of(few.jobId).map(({ computerId }) => computerId))].toSorted()).toEqual(
      [two!.computerId, three!.computerId].toSorted(),
    );
  });

  it(
    'loses nothing and does nothing twice when agents are killed and connections cut in the middle',
    async () => {
      const command = broadcast();
      // A command that the broker lost: no number tells of it, only the desired state that a reconnected agent asks for.
      const lost = broadcast();
      world.door.desired = toEach([lost], [command, lost]);
      await fleet.kill(fleet.agents.slice(0, 10));
      await world.send(command);
      await eventually(() => expect(world.of(command.jobId).length).toBeGreaterThan(0), SLOW);
      const killed = fleet.agents.slice(10, 20);
      await fleet.kill(killed);
      fleet.disconnect(fleet.agents.slice(20, 30));
      await Promise.all(fleet.agents.slice(0, 20).map((agent) => agent.start()));
      const statuses = await eventually(() => ends(command.jobId), SLOW);
      expect(statuses).toHaveLength(AGENTS);
      const succeeded = world.of(command.jobId).filter(({ status }) => status === 'succeeded');
      for (const report of succeeded) expect(report.evidence).toBeTruthy();
      // those that were disconnected ask, and those that were started with something to do
      const hearing = new Set(fleet.agents.slice(10, 30).map(({ computerId }) => computerId));
      await eventually(() => {
        const heard = new Set(
          world
            .of(lost.jobId)
            .filter(({ status }) => isFinal(status))
            .map(({ computerId }) => computerId),
        );
        for (const { computerId } of fleet.agents.slice(20, 30)) expect(heard).toContain(computerId);
        for (const computerId of heard) expect(hearing).toContain(computerId);
      }, SLOW);
    },
    LOADED_MS,
  );

  it('asks for the desired state when a number of the stream is missing', async () => {
    const missed = broadcast();
    const next = broadcast();
    world.door.desired = toEach([missed], [missed, next]);
    const before = desiredStateRequests();
    await world.send(next, { seq: 1_000 });
    await eventually(() => ends(missed.jobId), SLOW);
    await eventually(() => ends(next.jobId), SLOW);
    expect(desiredStateRequests() - before).toBe(AGENTS);
  });

  it(
    'does not begin, after a start, what was canceled while it was off',
    async () => {
      const installAt = new Date(Date.now() + 5_000).toISOString();
      const command = { ...broadcast(), installAt };
      await world.send(command);
      const off = fleet.agents.slice(0, 5);
      const waits = ({ computerId }: { computerId: string }) =>
        expect(world.of(command.jobId, computerId).map(({ status }) => status)).toEqual(
          expect.arrayContaining([expect.stringMatching(/^(waiting|failed)$/)]),
        );
      await eventually(() => off.forEach(waits), SLOW);
      await fleet.kill(off);
      world.door.desired = toEach([], []);
      await eventually(() => expect(Date.now()).toBeGreaterThan(Date.parse(installAt) + 200), SLOW);
      await Promise.all(off.map((agent) => agent.start()));
      const ended = off.map(({ computerId }) => computerId);
      await eventually(() => {
        for (const id of ended) expect(world.of(command.jobId, id).at(-1)!.status).toMatch(/^(canceled|failed)$/);
      }, SLOW);
      const begun = world.of(command.jobId).filter(({ status }) => status === 'installing' || status === 'succeeded');
      expect(begun.filter(({ computerId }) => ended.includes(computerId))).toEqual([]);
    },
    LOADED_MS,
  );

  it(
    'drops what the server no longer expects and what has not begun',
    async () => {
      const waiting = { ...broadcast(), installAt: inFuture(HOUR / 2) };
      // agents that were started a moment ago may still ask
      world.door.desired = toEach([], [waiting]);
      await world.send(waiting);
      const accepted = () =>
        expect(
          new Set(
            world
              .of(waiting.jobId)
              .filter(({ status }) => status === 'waiting' || status === 'failed')
              .map(({ computerId }) => computerId),
          ).size,
        ).toBe(AGENTS);
      await eventually(accepted, SLOW);
      world.door.desired = toEach([], []);
      await world.send(broadcast(), { seq: 2_000 });
      const statuses = await eventually(() => ends(waiting.jobId), SLOW);
      expect(new Set(statuses)).toEqual(new Set(['canceled', 'failed']));
    },
    LOADED_MS,
  );

  it('stops at a cancel what has not begun', async () => {
    const command = broadcast();
    await world.send(cancelCommand(command));
    await world.send(command);
    expect(new Set(await eventually(() => ends(command.jobId), SLOW))).toEqual(new Set(['canceled']));
  });

  it('refuses what is not signed by the pinned keys, and says so', async () => {
    const command = broadcast();
    await world.send(command, { jws: await world.sign(command, KEYS.session) });
    expect(new Set(await eventually(() => ends(command.jobId), SLOW))).toEqual(new Set(['rejected']));
    expect(world.of(command.jobId)[0]).toMatchObject({ reason: 'command.refused' });
  });

  it('obeys the genuine command for the same attempt, before or after which a forged one came', async () => {
    const [first, second] = [broadcast(), broadcast()];
    // A forgery by a key of that name makes agents ask what the server still wants of them: both jobs.
    world.door.desired = toEach([], [first, second]);
    const forge = async (command: ExecuteCommand) =>
      // A stranger's message takes none of the stream's numbers: those are in what the scheduler signs.
      world.send(command, { seq: 0, jws: await world.sign(command, { ...KEYS.session, kid: KEYS.command.kid }) });
    await forge(first);
    await world.send(first);
    await world.send(second);
    await forge(second);
    await forge({ ...second, attempt: 9 });
    for (const { jobId } of [first, second]) {
      const genuine = () => world.of(jobId).filter(({ reason }) => reason !== 'command.refused');
      const ended = () => genuine().filter(({ status }) => isFinal(status));
      const computersOf = (reports: StatusReport[]) => new Set(reports.map(({ computerId }) => computerId));
      await eventually(() => expect(computersOf(ended()).size).toBe(AGENTS), SLOW);
      const refused = () => world.of(jobId).filter(({ reason }) => reason === 'command.refused');
      await eventually(() => expect(computersOf(refused()).size).toBe(AGENTS), SLOW);
      // the failures of the seed, nothing else
      expect(new Set(ended().map(({ status }) => status))).toEqual(new Set(['succeeded', 'failed']));
    }
  });

  it('ends an expired command with that reason', async () => {
    const command = { ...broadcast(), expiresAt: inFuture(-1_000) };
    await world.send(command);
    await eventually(() => ends(command.jobId), SLOW);
    expect(world.of(command.jobId)[0]).toMatchObject({ status: 'expired', reason: 'command.expired' });
  });

  it('subscribes to a stream that replaces a deleted one, within ten seconds', async () => {
    const old = world.stream;
    world.generation++;
    await world.declareStream(world.stream);
    const begun = Date.now();
    await world.channel.deleteQueue(old);
    const command = broadcast();
    await world.send(command);
    await eventually(() => ends(command.jobId), SLOW);
    expect(Date.now() - begun).toBeLessThan(10_000);
  });

  it('reads the session again when fleet says that groups changed', async () => {
    const group = crypto.randomUUID();
    const stream = groupStream(group, 1);
    await world.declareStream(stream);
    world.door.allowGroup(group);
    const usual = world.door.subscriptions;
    const chosen = fleet.agents[5]!;
    world.door.subscriptions = (id) => [
      ...usual(id),
      ...(id === chosen.computerId
        ? [{ ...world.groupSubscription(), groupId: group, stream, generation: 1 } as never]
        : []),
    ];
    const notice = {
      id: crypto.randomUUID(),
      v: 1 as const,
      seq: 0,
      kind: 'session.refresh' as const,
      audience: { shard: inboxShard(chosen.computerId) },
      computerId: chosen.computerId,
      issuedAt: inFuture(0),
      expiresAt: inFuture(),
    };
    await world.send(notice, { computerId: chosen.computerId, seq: 0 });
    const command = executeCommand({ audience: { group, generation: 1 }, manifest: manifestOf(PLAIN, 'joined', '1') });
    const begun = Date.now();
    await world.send(command, { stream });
    await eventually(() => ends(command.jobId, 1), SLOW);
    expect(Date.now() - begun).toBeLessThan(5_000);
    expect(world.of(command.jobId)[0]!.computerId).toBe(chosen.computerId);
  });
});

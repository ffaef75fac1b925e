import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@waybill/testing';
import { AgentProcess } from './agent-process.js';
import { AgentWorld } from './agent-world.js';
import { executeCommand, HOUR, inFuture, manifestOf } from './commands.js';
import { debBytes, temporary } from './packages.js';

const SLOW = { timeoutMs: 20_000 };

/** What a clock that is so many hours ahead of UTC shows, hours from now. */
const wall = (ahead: number, hours = 0) => inFuture((ahead + hours) * HOUR).slice(0, 19);

describe("a real agent and its computer's own time", () => {
  let world: AgentWorld;
  let agent: AgentProcess;
  const place = temporary('own-time');
  const state = join(place.path, 'state');
  const root = join(place.path, 'root');

  beforeAll(async () => {
    world = await AgentWorld.create();
    mkdirSync(root);
    await startIn('Etc/GMT+12');
  });

  afterAll(async () => {
    await agent?.kill('SIGKILL');
    await world?.dispose();
    place.dispose();
  });

  async function startIn(TZ: string): Promise<void> {
    agent = AgentProcess.start({ server: world.door.url, token: world.door.token, state, root, env: { TZ } });
    await eventually(() => expect(agent.output).toContain('"msg":"connected"'), SLOW);
  }

  /** Signed, with the times of a job that goes by it. */
  function order(local: object) {
    const artifact = { file: 'acme-ledger_2.4.0_all.deb', ...world.door.addObject(debBytes()) };
    return executeCommand({
      audience: { group: world.group, generation: world.generation },
      manifest: manifestOf({ artifacts: [artifact], installer: { type: 'deb' } }),
      installAt: 'local',
      local,
      expiresAt: inFuture(48 * HOUR),
    });
  }
  const last = (jobId: string) => world.reports.filter(({ report }) => report.jobId === jobId).at(-1)?.report;
  const fetched = () => world.door.requests.filter((request) => request.startsWith('POST /downloads/'));

  it('does not begin, nor fetch, what has not come here or is over here; it does where it was carried to', async () => {
    const starts = order({ startAt: wall(9, -1) });
    const over = order({ expiresAt: wall(-12, -1) });
    await world.send(starts);
    await world.send(over);
    await eventually(
      () =>
        expect(last(starts.jobId)).toMatchObject({
          status: 'waiting',
          reason: 'schedule',
          message: expect.stringMatching(
            /^It waits for the start of the job by its own clock, until .* Etc\/GMT\+12\.$/,
          ),
        }),
      SLOW,
    );
    await eventually(() => expect(last(over.jobId)).toMatchObject({ status: 'expired' }), SLOW);
    expect(last(over.jobId)).toMatchObject({ reason: 'command.expired' });
    expect(fetched()).toEqual([]);

    await agent.kill('SIGKILL');
    await startIn('Asia/Tokyo');
    const report = await eventually(() => world.final(starts.jobId), SLOW);
    expect(report).toMatchObject({ status: 'succeeded' });
    expect(report.steps!.map(({ name }) => name)).toEqual([
      'start',
      'space',
      'download',
      'detection.before',
      'install',
      'detection',
    ]);
    expect(fetched()).not.toEqual([]);
  });
});

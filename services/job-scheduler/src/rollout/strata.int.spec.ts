import {
  type CreateJob,
  type ExecuteCommand,
  groupStream,
  inboxShard,
  inboxStream,
  JOB_RPC,
  type JobTargetsAssigned,
} from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { computers, create, get } from '../specs/orders.fixtures.spec.js';
import { scheduler, story } from '../specs/two-schedulers.fixtures.spec.js';

/** Computers by site; null: without one. */
const SITES = [
  ['berlin', 50],
  ['tokyo', 10],
  ['oslo', 1],
  [null, 3],
] as const;

/** A group with these sites. */
async function sitesGroup(name: string): Promise<{ groupId: string; site: Map<string, string | null> }> {
  const site = new Map<string, string | null>();
  for (const [where, count] of SITES) {
    for (const computer of computers(scheduler, count)) {
      site.set(computer, where);
      if (where) scheduler.peers.fleet.sites.set(computer, where);
    }
  }
  return { groupId: await scheduler.group(name, [...site.keys()]), site };
}
const COUNT = 64;
const ROLLOUT: CreateJob['rollout'] = {
  waves: [{ percent: 10, soak: 'PT1H' }, { percent: 50, soak: 'PT1H' }, { percent: 100 }],
  stratifyBy: 'site',
};
const byWave = (chunks: readonly JobTargetsAssigned[], site: Map<string, string | null>) => {
  const counts: Record<string, number[]> = {};
  for (const { computerId, wave } of chunks.flatMap(({ targets }) => targets)) {
    const of = (counts[String(site.get(computerId))] ??= [0, 0, 0]);
    of[wave! - 1]!++;
  }
  return counts;
};
const toldNow = async (id: string, all: Iterable<string>) => {
  const told: string[] = [];
  for (const shard of new Set([...all].map((computer) => inboxShard(computer))))
    for (const { command } of await story.commandsSoFar<ExecuteCommand>(inboxStream(shard), id))
      if (command.kind === 'execute') told.push(...(command.selector as { ids: string[] }).ids);
  return told;
};

describe('a job stratified by site', () => {
  it('takes its share of each site for each wave, and at least one for the first', async () => {
    const { groupId, site } = await sitesGroup('sites');
    const { id } = await create(scheduler, { targets: { groups: ['sites'] }, rollout: ROLLOUT });
    const chunks = await story.assigned(id);
    expect(byWave(chunks, site)).toEqual({
      berlin: [5, 20, 25],
      tokyo: [1, 4, 5],
      oslo: [1, 0, 0],
      null: [1, 1, 1],
    });
    await story.ready(id, COUNT);
    await story.becomes(id, { waves: [{ status: 'released', total: 8 }, { total: 25 }, { total: 31 }] });
    const wave = new Map(chunks.flatMap(({ targets }) => targets).map((target) => [target.computerId, target.wave!]));
    const first = [...wave].filter(([, of]) => of === 1).map(([computer]) => computer);
    await eventually(async () => expect((await toldNow(id, site.keys())).toSorted()).toEqual(first.toSorted()));
    // nobody can tell the own wave from a group's stream
    expect(await story.commandsSoFar(groupStream(groupId, 1), id)).toEqual([]);
    // nor gets anything sooner by asking
    const asks = async (computerId: string) => {
      const executions = [{ jobId: id, run: 1, attempt: 1 }];
      return (await scheduler.rpc.call(JOB_RPC.commandsFor, { computerId, executions })).commands.length;
    };
    const other = [...wave].find(([, of]) => of === 2)![0];
    expect([await asks(first[0]!), await asks(other)]).toEqual([1, 0]);
    await scheduler.rpc.call(JOB_RPC.cancel, { id });
  });

  it('keeps to them when it tells its computers little by little', async () => {
    const { site } = await sitesGroup('paced-sites');
    const rollout = { ...ROLLOUT, maxInFlight: 5 };
    const { id } = await create(scheduler, { targets: { groups: ['paced-sites'] }, rollout });
    const chunks = await story.assigned(id);
    await story.ready(id, COUNT);
    await eventually(async () => expect(await toldNow(id, site.keys())).toHaveLength(5));
    const first = new Set(
      chunks
        .flatMap(({ targets }) => targets)
        .filter(({ wave }) => wave === 1)
        .map(({ computerId }) => computerId),
    );
    expect((await toldNow(id, site.keys())).filter((computer) => !first.has(computer))).toEqual([]);
    expect((await get(scheduler, id)).waves).toMatchObject([{ total: 8 }, { total: 25 }, { total: 31 }]);
  });

  it('asks for more than one wave', async () => {
    const order = { targets: { computers: computers(scheduler, 1) }, rollout: { stratifyBy: 'site' as const } };
    await expect(create(scheduler, order)).rejects.toMatchObject({
      errors: [{ pointer: '/rollout/stratifyBy', message: expect.stringContaining('one wave') }],
    });
  });
});

import { FLEET_RPC, type ResolveTargets } from '@waybill/contracts';
import { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';
import { randomUUID } from 'node:crypto';

let world: FleetWorld;

beforeAll(async () => {
  world = await FleetWorld.start();
});
afterAll(() => world.stop());

const NONE = { groupIds: [], computerIds: [], excludeGroupIds: [], excludeComputerIds: [] };

/** Computers and memberships straight into the tables: enrolling hundreds is another spec's matter. */
async function computers(count: number): Promise<string[]> {
  const rows = await world.sql.query<{ id: string }[]>(
    `INSERT INTO computers (id, public_key, enrolled_with, name, hostname) SELECT id, id::text, id, 'pc-' || n, 'pc-' || n
     FROM (SELECT gen_random_uuid() AS id, n FROM generate_series(1, $1::int) n) made RETURNING id`,
    [count],
  );
  return rows.map(({ id }) => id).sort();
}
const put = (groupId: string, ids: string[]) =>
  world.sql.query(
    `INSERT INTO memberships (group_id, computer_id, member_since) SELECT $1, id, now() - interval '1 hour' FROM unnest($2::uuid[]) t(id)`,
    [groupId, ids],
  );

async function pages(request: Partial<ResolveTargets>, limit: number, between?: (page: number) => Promise<unknown>) {
  const found: { computerId: string; covered: boolean }[] = [];
  let resolvedAt: string | undefined;
  let after: string | undefined;
  for (let page = 1; ; page++) {
    const answer = await world.rpc.call(FLEET_RPC.targetsResolve, { ...NONE, ...request, limit, after, resolvedAt });
    found.push(...answer.targets);
    expect(resolvedAt ?? answer.resolvedAt).toBe(answer.resolvedAt);
    if (answer.after === null) return { found, resolvedAt: answer.resolvedAt, pages: page };
    expect(answer.targets).toHaveLength(limit);
    resolvedAt = answer.resolvedAt;
    after = answer.after;
    await between?.(page);
  }
}

describe('targets.resolve', () => {
  it.each([1, 7, 50, 5000])(
    'gives overlapping groups and single computers once each, without the excluded, in pages of %i',
    async (limit) => {
      const all = await computers(60);
      const [a, b, excluded] = [await world.group(), await world.group(), await world.group()];
      await put(a.id, all.slice(0, 40));
      await put(b.id, all.slice(20, 50));
      await put(excluded.id, [all[5]!, all[30]!, all[55]!]);
      const { found } = await pages(
        {
          groupIds: [a.id, b.id],
          computerIds: [all[10]!, ...all.slice(52, 58), randomUUID()],
          excludeGroupIds: [excluded.id],
          excludeComputerIds: [all[7]!, all[57]!],
        },
        limit,
      );
      const out = [5, 7, 30, 55, 57];
      const expected = all.filter((_, i) => (i < 50 || (i >= 52 && i < 58)) && !out.includes(i));
      expect(found.map(({ computerId }) => computerId)).toEqual(expected);
      expect(found.filter(({ covered }) => !covered).map(({ computerId }) => computerId)).toEqual(
        [52, 53, 54, 56].map((i) => all[i]),
      );
    },
  );

  it('says what is known of each', async () => {
    const agent = await world.agent();
    const { targets } = await world.rpc.call(FLEET_RPC.targetsResolve, { ...NONE, computerIds: [agent.id], limit: 10 });
    expect(targets).toEqual([
      {
        computerId: agent.id,
        name: expect.stringMatching(/^pc-/),
        online: false,
        lastSeenAt: null,
        covered: false,
        platform: null,
        site: null,
        groups: [],
      },
    ]);
  });

  it.each([1, 3, 5000])('says platform, site, and in which of the groups each is, in pages of %i', async (limit) => {
    const all = await computers(4);
    await world.sql.query(
      `UPDATE computers SET os = 'windows', arch = 'x64', attributes = '{"site": "berlin"}' WHERE id = $1`,
      [all[0]],
    );
    const [a, b, c] = [await world.group(), await world.group(), await world.group()];
    await put(a.id, [all[0]!, all[1]!]);
    await put(b.id, [all[3]!]);
    await put(c.id, [all[1]!, all[3]!]);
    const { found } = await pages({ groupIds: [a.id, b.id, c.id], computerIds: all }, limit);
    expect(found).toMatchObject([
      { platform: 'windows/x64', site: 'berlin', groups: [0], covered: true },
      { platform: null, site: null, groups: [0, 2], covered: true },
      { groups: [], covered: false },
      { groups: [1, 2], covered: true },
    ]);
  });

  it('finds nobody in nothing and in groups that do not exist', async () => {
    expect((await pages({}, 10)).found).toEqual([]);
    expect((await pages({ groupIds: [randomUUID()], computerIds: [randomUUID()] }, 10)).found).toEqual([]);
  });

  it('names the groups that do not exist, targeted or excluded, with and without targets', async () => {
    const [single] = await computers(1);
    const [group, target, exclusion] = [await world.group(), randomUUID(), randomUUID()];
    const gone = { groupIds: [group.id, target], excludeGroupIds: [exclusion, group.id], limit: 10 };
    const unknown = async (computerIds: string[]) =>
      (await world.rpc.call(FLEET_RPC.targetsResolve, { ...NONE, ...gone, computerIds })).unknownGroupIds.sort();
    expect(await unknown([single!])).toEqual([target, exclusion].sort());
    expect(await unknown([])).toEqual([target, exclusion].sort());
  });

  it('tells that an excluded group is gone on the page that no longer leaves its members out', async () => {
    const all = await computers(20);
    const [group, excluded] = [await world.group(), await world.group()];
    await put(group.id, all);
    await put(excluded.id, [all[19]!]);
    const request = { ...NONE, groupIds: [group.id], excludeGroupIds: [excluded.id], limit: 10 };
    const first = await world.rpc.call(FLEET_RPC.targetsResolve, request);
    expect(first.unknownGroupIds).toEqual([]);
    await world.rpc.call(FLEET_RPC.groupRemove, { name: excluded.name });
    const { resolvedAt, after } = first;
    const second = await world.rpc.call(FLEET_RPC.targetsResolve, { ...request, resolvedAt, after: after! });
    expect(second.targets.map(({ computerId }) => computerId)).toContain(all[19]);
    expect(second.unknownGroupIds).toEqual([excluded.id]);
  });

  it('says which guarded groups the targets are in, however they became targets', async () => {
    const all = await computers(6);
    const [guarded, other, holding] = [await world.group(), await world.group(), await world.group()];
    await put(guarded.id, all.slice(0, 2));
    await put(other.id, all.slice(4));
    await put(holding.id, all.slice(1, 4));
    const reached = async (request: Partial<ResolveTargets>) =>
      (
        await world.rpc.call(FLEET_RPC.targetsResolve, {
          ...NONE,
          limit: 10,
          guardedGroups: [guarded.name, other.name, 'nobody'],
          ...request,
        })
      ).reachedGuarded;
    expect(await reached({ computerIds: [all[0]!] })).toEqual([guarded.name]);
    expect(await reached({ groupIds: [holding.id] })).toEqual([guarded.name]);
    expect(await reached({ groupIds: [holding.id], computerIds: [all[5]!] })).toEqual(
      [guarded.name, other.name].sort(),
    );
    expect(await reached({ groupIds: [holding.id], excludeComputerIds: [all[1]!] })).toEqual([]);
    expect(await reached({ computerIds: [all[0]!], guardedGroups: undefined })).toEqual([]);
  });

  it('leaves out who joins between pages, and who leaves', async () => {
    const all = await computers(30);
    const group = await world.group();
    await put(group.id, all.slice(0, 20));
    const { found } = await pages({ groupIds: [group.id] }, 5, async (page) => {
      if (page !== 1) return;
      await world.rpc.call(FLEET_RPC.groupMembersAdd, { name: group.name, computers: all.slice(20) });
      await world.rpc.call(FLEET_RPC.groupMembersRemove, { name: group.name, computers: [all[19]!] });
    });
    expect(found.map(({ computerId }) => computerId)).toEqual(all.slice(0, 19));
  });

  it('counts exactly those whose memberSince is not later, however many join in the same moment', async () => {
    const group = await world.group();
    const all = await computers(40);
    const joins = all.map((id) => world.rpc.call(FLEET_RPC.groupMembersAdd, { name: group.name, computers: [id] }));
    const resolutions = Array.from({ length: 10 }, () => pages({ groupIds: [group.id] }, 5000));
    const resolved = await Promise.all(resolutions);
    await Promise.all(joins);
    const rows = await world.sql.query<{ id: string; since: Date }[]>(
      'SELECT computer_id AS id, member_since AS since FROM memberships WHERE group_id = $1 ORDER BY 1',
      [group.id],
    );
    for (const { found, resolvedAt } of resolved) {
      const expected = rows.filter(({ since }) => since.toISOString() <= resolvedAt).map(({ id }) => id);
      expect(found.map(({ computerId }) => computerId)).toEqual(expected);
    }
  });

  it('looks at named computers only when it is asked so', async () => {
    const [member, other, named] = (await computers(3)) as [string, string, string];
    const group = await world.group();
    await put(group.id, [member, other]);
    const { found } = await pages(
      { groupIds: [group.id], computerIds: [named], among: [member, named, randomUUID()] },
      100,
    );
    expect(found.map(({ computerId }) => computerId)).toEqual([member, named].toSorted());
  });
});

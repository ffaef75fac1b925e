import { randomUUID } from 'node:crypto';
import { FLEET_RPC, type PreviewTargets } from '@waybill/contracts';
import { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';

let world: FleetWorld;
beforeAll(async () => {
  world = await FleetWorld.start();
}, 120_000);
afterAll(() => world?.stop());

const NONE = { groupIds: [], computerIds: [], excludeGroupIds: [], excludeComputerIds: [] };

/** Computers straight into the table, with a platform. */
async function computers(count: number, os: string | null, online = false): Promise<string[]> {
  const rows = await world.sql.query<{ id: string }[]>(
    `INSERT INTO computers (id, public_key, enrolled_with, name, hostname, os, arch, online)
     SELECT id, id::text, id, 'pc-' || id, 'pc', $2::text, CASE WHEN $2::text IS NULL THEN NULL ELSE 'amd64' END, $3::boolean
     FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, $1::int)) made RETURNING id`,
    [count, os, online],
  );
  return rows.map(({ id }) => id);
}
const put = (groupId: string, ids: string[]) =>
  world.sql.query(
    `INSERT INTO memberships (group_id, computer_id, member_since) SELECT $1, id, now() FROM unnest($2::uuid[]) t(id)`,
    [groupId, ids],
  );
const preview = (request: Partial<PreviewTargets>) => world.rpc.call(FLEET_RPC.targetsPreview, { ...NONE, ...request });

describe('targets.preview', () => {
  it('counts each computer once, by platform and presence, without the excluded', async () => {
    const linux = await computers(5, 'linux');
    const windows = await computers(3, 'windows', true);
    const [silent] = await computers(1, null);
    const [a, b, excluded] = [await world.group(), await world.group(), await world.group()];
    await put(a.id, [...linux, windows[0]!]);
    await put(b.id, [...windows, linux[0]!]);
    await put(excluded.id, [linux[4]!]);
    const { platforms } = await preview({
      groupIds: [a.id, b.id],
      computerIds: [silent!, linux[1]!, randomUUID()],
      excludeGroupIds: [excluded.id],
      excludeComputerIds: [linux[3]!],
    });
    expect(platforms).toEqual([
      { os: 'linux', arch: 'amd64', distribution: null, computers: 3, offline: 3 },
      { os: 'windows', arch: 'amd64', distribution: null, computers: 3, offline: 0 },
      { os: null, arch: null, distribution: null, computers: 1, offline: 1 },
    ]);
  });

  it('says which guarded groups would be reached', async () => {
    const [one, other] = await computers(2, 'linux');
    const [guarded, holding] = [await world.group(), await world.group()];
    await put(guarded.id, [one!]);
    await put(holding.id, [one!, other!]);
    const guardedGroups = [guarded.name, 'nobody'];
    expect((await preview({ groupIds: [holding.id], guardedGroups })).reachedGuarded).toEqual([guarded.name]);
    expect((await preview({ computerIds: [other!], guardedGroups })).reachedGuarded).toEqual([]);
  });

  it('of nobody is empty', async () => {
    expect(await preview({})).toMatchObject({ platforms: [], reachedGuarded: [] });
  });
});

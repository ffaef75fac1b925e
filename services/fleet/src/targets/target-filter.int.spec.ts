import { randomUUID } from 'node:crypto';
import { FLEET_RPC } from '@waybill/contracts';
import { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';

let world: FleetWorld;
beforeAll(async () => {
  world = await FleetWorld.start();
}, 120_000);
afterAll(() => world?.stop());

const NONE = { groupIds: [], computerIds: [], excludeGroupIds: [], excludeComputerIds: [] };

/** Computers straight into the table, at a site. */
async function computers(count: number, site: string): Promise<string[]> {
  const rows = await world.sql.query<{ id: string }[]>(
    `INSERT INTO computers (id, public_key, enrolled_with, name, hostname, os, attributes)
     SELECT id, id::text, id, 'pc-' || id, 'pc', 'linux', jsonb_build_object('site', $2::text)
     FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, $1::int)) made RETURNING id`,
    [count, site],
  );
  return rows.map(({ id }) => id).sort();
}

async function resolved(request: object, limit = 3): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | undefined; ;) {
    const answer = await world.rpc.call(FLEET_RPC.targetsResolve, { ...NONE, ...request, limit, after });
    found.push(...answer.targets.map(({ computerId }) => computerId));
    if (answer.after === null) return found;
    after = answer.after;
  }
}
const counted = async (request: object) => {
  const { platforms } = await world.rpc.call(FLEET_RPC.targetsPreview, { ...NONE, ...request });
  return platforms.reduce((sum, { computers: some }) => sum + some, 0);
};

describe('targets by filter', () => {
  it('are all that fit, or those of the named groups and computers that do; who is excluded never is', async () => {
    const [here, there] = [randomUUID(), randomUUID()];
    const fitting = await computers(7, here);
    const others = await computers(3, there);
    const group = await world.group();
    await world.sql.query(
      `INSERT INTO memberships (group_id, computer_id, member_since) SELECT $1, id, now() - interval '1 hour' FROM unnest($2::uuid[]) t(id)`,
      [group.id, [fitting[0], fitting[1], others[0]]],
    );
    const filter = `attribute.site==${here}`;
    const cases: [object, string[]][] = [
      [{ filter }, fitting],
      [{ filter, excludeComputerIds: [fitting[3]] }, fitting.filter((id) => id !== fitting[3])],
      [{ filter, excludeGroupIds: [group.id] }, fitting.slice(2)],
      [{ filter, groupIds: [group.id] }, fitting.slice(0, 2)],
      [{ filter, groupIds: [group.id], computerIds: [fitting[5], others[1]] }, [fitting[0]!, fitting[1]!, fitting[5]!]],
      [{ filter: `${filter};name==nobody` }, []],
    ];
    for (const [request, expected] of cases) {
      expect(await resolved(request)).toEqual(expected);
      expect(await counted(request)).toBe(expected.length);
    }
    const { fleet } = await world.rpc.call(FLEET_RPC.targetsPreview, { ...NONE, filter });
    expect(fleet).toBeGreaterThanOrEqual(10);
  });

  it.each([
    ['os=', 'filter.syntax'],
    ['colour==red', 'filter.unknownField'],
    ['group==accounting', 'filter.unknownField'],
    ['online==maybe', 'filter.value'],
    [`name=='; DROP TABLE computers; --`, 'filter.syntax'],
  ])('are refused for %s', async (filter, code) => {
    const refusal = { code, errors: [{ pointer: '/filter' }] };
    const request = { ...NONE, filter };
    await expect(world.rpc.call(FLEET_RPC.targetsPreview, request)).rejects.toMatchObject(refusal);
    await expect(world.rpc.call(FLEET_RPC.targetsResolve, { ...request, limit: 5 })).rejects.toMatchObject(refusal);
  });
});

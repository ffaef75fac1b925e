import { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';
import { IN_ORDER, pageSql } from './resolve-targets.sql.js';

interface PlanNode {
  Alias?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: PlanNode[];
}

let world: FleetWorld;

beforeAll(async () => {
  world = await FleetWorld.start();
});
afterAll(() => world.stop());

const fill = (groupId: string, count: number) =>
  world.sql.query(
    `WITH made AS (
       INSERT INTO computers (id, public_key, enrolled_with, name, hostname)
       SELECT id, id::text, id, 'pc-' || n, 'pc-' || n FROM (SELECT gen_random_uuid() AS id, n FROM generate_series(1, $2::int) n) made
       RETURNING id
     )
     INSERT INTO memberships (group_id, computer_id, member_since)
     SELECT $1, id, now() FROM made`,
    [groupId, count],
  );

/** Rows that a page takes from the memberships of its groups. */
async function rowsRead(groupId: string, after: string | null, limit: number): Promise<number> {
  return world.sql.transaction(async (manager) => {
    await manager.query(IN_ORDER);
    const parameters = [[groupId], [], [], [], after, new Date(Date.now() + 60_000), limit, [], null];
    const [row] = await manager.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }[]>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${pageSql(null, false)}`,
      parameters,
    );
    const nodes = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodes)];
    const ofMembers = nodes(row!['QUERY PLAN'][0].Plan).filter(({ Alias }) => Alias === 'm');
    return Math.max(...ofMembers.map((node) => node['Actual Rows'] * node['Actual Loops']));
  });
}

it('a page reads its own rows and not all that is left of the group, also when the planner knows nothing of a group yet', async () => {
  const group = await world.group();
  await fill(group.id, 20_000);
  const [middle] = await world.sql.query<{ id: string }[]>(
    'SELECT computer_id AS id FROM memberships WHERE group_id = $1 ORDER BY 1 OFFSET 5000 LIMIT 1',
    [group.id],
  );
  for (const after of [null, middle!.id]) expect(await rowsRead(group.id, after, 1_000)).toBe(1_000);
});

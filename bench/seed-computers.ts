import type { BenchStack } from './bench-stack.ts';

/**
 * Computers that exist in the database only, members of a new group. Enrolling 300,000 by HTTP would take many minutes and is not
 * what is measured; everything behind (targets, executions, commands) then goes the real way.
 * @returns their ids
 */
export async function seedComputers(stack: BenchStack, group: string, count: number): Promise<string[]> {
  const { id } = await stack.api.post<{ id: string }>('/groups', { name: group, kind: 'static' });
  const { rows } = await stack.database.query<{ id: string }>(
    `WITH made AS (
       INSERT INTO fleet.computers (id, public_key, enrolled_with, name, hostname, os, arch)
       SELECT gen_random_uuid(), $2 || n, gen_random_uuid(), 'pc-' || n, 'pc-' || n, 'linux', 'amd64' FROM generate_series(1, $3::int) n
       RETURNING id
     ), joined AS (
       INSERT INTO fleet.memberships (group_id, computer_id, member_since)
       SELECT $1, id, date_trunc('milliseconds', now()) FROM made
     )
     SELECT id FROM made`,
    [id, `${group}-`, count],
  );
  return rows.map((row) => row.id);
}

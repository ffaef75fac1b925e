import type { SqlExecutor } from '@waybill/messaging';
import type { Filtered } from './filter-condition.js';
import { filterCondition } from './filter-condition.js';

/** Where what a computer is and what the members of a group are do not agree. */
export interface Difference {
  groupId: string;
  computerId: string;
  /** to be added; otherwise to be taken out */
  joins: boolean;
}

/**
 * Compares computers with the members of dynamic groups, in one statement whatever their numbers.
 * @param groups whose filters are known to compile
 */
export async function membershipDifferences(
  sql: SqlExecutor,
  groups: readonly Filtered[],
  computerIds: readonly string[],
): Promise<Difference[]> {
  if (groups.length === 0) return [];
  const parameters: unknown[] = [computerIds, groups.map(({ id }) => id)];
  const bind = (value: unknown) => `$${parameters.push(value)}`;
  const matches = groups.map(
    ({ id, filter }) =>
      `SELECT ${bind(id)}::uuid, c.id FROM computers c WHERE c.id = ANY($1::uuid[]) AND ${filterCondition(filter, bind)}`,
  );
  const rows = await sql.query(
    `WITH matching (group_id, computer_id) AS MATERIALIZED (${matches.join(' UNION ALL ')})
     SELECT x.group_id AS "groupId", x.computer_id AS "computerId", true AS joins FROM matching x
     WHERE NOT EXISTS (SELECT 1 FROM memberships m WHERE m.group_id = x.group_id AND m.computer_id = x.computer_id)
     UNION ALL
     SELECT m.group_id, m.computer_id, false FROM memberships m
     WHERE m.computer_id = ANY($1::uuid[]) AND m.group_id = ANY($2::uuid[])
       AND NOT EXISTS (SELECT 1 FROM matching x WHERE x.group_id = m.group_id AND x.computer_id = m.computer_id)
     ORDER BY 1, 2`,
    parameters,
  );
  return rows as Difference[];
}

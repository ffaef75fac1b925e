import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { enterMembershipChange } from './membership-fence.js';

/**
 * More would make the access token too long for the broker: 80 groups are 7,266 bytes, and it closes the connection
 * on a first frame over 8,192 (tried on 4.3.6).
 */
export const MAX_GROUPS_PER_COMPUTER = 64;

// `member_since` is the next whole millisecond: a moment that was read before, cut to milliseconds, is never as late.
const JOIN = `
INSERT INTO memberships (group_id, computer_id, member_since)
SELECT g.id, c.id, date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond'
FROM unnest($1::uuid[]) AS wanted(id) JOIN groups g ON g.id = wanted.id
CROSS JOIN unnest($2::uuid[]) AS joining(id) JOIN computers c ON c.id = joining.id
ORDER BY g.id, c.id
ON CONFLICT DO NOTHING
RETURNING group_id AS "groupId", computer_id AS "computerId"`;

const LEAVE = `
WITH gone AS (DELETE FROM memberships WHERE group_id = $1 AND computer_id = ANY($2::uuid[]) RETURNING computer_id)
SELECT computer_id AS "computerId" FROM gone ORDER BY 1`;

// A computer that is full stays out of the last groups by id.
const JOIN_PAIRS = `
INSERT INTO memberships (group_id, computer_id, member_since)
SELECT group_id, computer_id, date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond'
FROM (
  SELECT g.id AS group_id, c.id AS computer_id, row_number() OVER (PARTITION BY c.id ORDER BY g.id)
    + (SELECT count(*) FROM memberships m WHERE m.computer_id = c.id) AS position
  FROM unnest($1::uuid[], $2::uuid[]) AS pair (group_id, computer_id)
  JOIN groups g ON g.id = pair.group_id JOIN computers c ON c.id = pair.computer_id
) AS joining
WHERE position <= ${MAX_GROUPS_PER_COMPUTER}
ORDER BY group_id, computer_id
ON CONFLICT DO NOTHING
RETURNING group_id AS "groupId", computer_id AS "computerId"`;

const LEAVE_PAIRS = `
WITH gone AS (
  DELETE FROM memberships m USING unnest($1::uuid[], $2::uuid[]) AS pair (group_id, computer_id)
  WHERE m.group_id = pair.group_id AND m.computer_id = pair.computer_id
  RETURNING m.group_id, m.computer_id
)
SELECT group_id AS "groupId", computer_id AS "computerId" FROM gone ORDER BY 1, 2`;

const LEAVE_ALL = `
WITH gone AS (DELETE FROM memberships WHERE group_id = $1 RETURNING computer_id)
SELECT computer_id AS "computerId" FROM gone ORDER BY 1`;

const UNKNOWN = `
SELECT asked.id FROM unnest($1::uuid[]) AS asked(id)
WHERE NOT EXISTS (SELECT 1 FROM computers c WHERE c.id = asked.id) ORDER BY 1 LIMIT 10`;

const OVERFULL = `
SELECT computer_id AS id FROM memberships WHERE computer_id = ANY($1::uuid[])
GROUP BY computer_id HAVING count(*) > ${MAX_GROUPS_PER_COMPUTER} ORDER BY 1 LIMIT 10`;

export interface Membership {
  groupId: string;
  computerId: string;
}

/** Who is in which group. Every change is one statement, whatever the number of computers. */
@Injectable()
export class MembershipsRepository {
  /** Adds those that exist and are not members; answers who is new. Locks the groups against removal. */
  async join(
    manager: EntityManager,
    groupIds: readonly string[],
    computerIds: readonly string[],
  ): Promise<Membership[]> {
    await enterMembershipChange(manager);
    await manager.query('SELECT 1 FROM groups WHERE id = ANY($1::uuid[]) ORDER BY id FOR KEY SHARE', [groupIds]);
    return manager.query(JOIN, [groupIds, computerIds]);
  }

  /** Adds each computer to its group as long as it is in less than {@link MAX_GROUPS_PER_COMPUTER}; answers who is new. */
  async joinPairs(manager: EntityManager, pairs: readonly Membership[]): Promise<Membership[]> {
    if (pairs.length === 0) return [];
    await enterMembershipChange(manager);
    await manager.query('SELECT 1 FROM groups WHERE id = ANY($1::uuid[]) ORDER BY id FOR KEY SHARE', [
      pairs.map(({ groupId }) => groupId),
    ]);
    return manager.query(JOIN_PAIRS, columns(pairs));
  }

  /** Answers who was a member. */
  async leavePairs(manager: EntityManager, pairs: readonly Membership[]): Promise<Membership[]> {
    return pairs.length === 0 ? [] : manager.query(LEAVE_PAIRS, columns(pairs));
  }

  /** Answers who was a member. */
  async leave(manager: EntityManager, groupId: string, computerIds: readonly string[]): Promise<string[]> {
    return ids(await manager.query(LEAVE, [groupId, computerIds]));
  }

  async leaveAll(manager: EntityManager, groupId: string): Promise<string[]> {
    return ids(await manager.query(LEAVE_ALL, [groupId]));
  }

  async count(manager: EntityManager, groupId: string): Promise<number> {
    const [row] = await manager.query<{ members: number }[]>(
      'SELECT count(*)::int AS members FROM memberships WHERE group_id = $1',
      [groupId],
    );
    return row!.members;
  }

  /** Which of the computers do not exist; at most ten of them. */
  async unknownComputers(manager: EntityManager, computerIds: readonly string[]): Promise<string[]> {
    return (await manager.query<{ id: string }[]>(UNKNOWN, [computerIds])).map(({ id }) => id);
  }

  /** Which of the computers are in more groups than their token can name; at most ten of them. */
  async overfull(manager: EntityManager, computerIds: readonly string[]): Promise<string[]> {
    return (await manager.query<{ id: string }[]>(OVERFULL, [computerIds])).map(({ id }) => id);
  }
}

function columns(pairs: readonly Membership[]): [string[], string[]] {
  return [pairs.map(({ groupId }) => groupId), pairs.map(({ computerId }) => computerId)];
}

function ids(rows: { computerId: string }[]): string[] {
  return rows.map((row) => row.computerId);
}

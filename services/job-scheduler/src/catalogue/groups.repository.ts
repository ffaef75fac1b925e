import { Injectable } from '@nestjs/common';
import type { GroupChanged } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';

export interface GroupCopy {
  id: string;
  name: string;
  /** current generation of its command stream */
  generation: number;
}

const COLUMNS = 'group_id AS id, name, generation';

// An equal revision is taken too: what was learnt by asking lacks the stream's generation, which the event then brings.
const CHANGE = `
INSERT INTO group_copies (group_id, name, generation, revision, deleted) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (group_id) DO UPDATE
SET name = excluded.name, generation = excluded.generation, revision = excluded.revision, deleted = excluded.deleted
WHERE excluded.revision >= group_copies.revision`;

@Injectable()
export class GroupsRepository {
  /** The groups of these names that exist; a name that was used again means the newest group. */
  async findByNames(sql: SqlExecutor, names: readonly string[]): Promise<GroupCopy[]> {
    const text = `SELECT DISTINCT ON (name) ${COLUMNS} FROM group_copies WHERE name = ANY($1) AND NOT deleted ORDER BY name, group_id DESC`;
    return (await sql.query(text, [names])) as GroupCopy[];
  }

  /** Those of the groups that have not been deleted. */
  async findExisting(sql: SqlExecutor, ids: readonly string[]): Promise<GroupCopy[]> {
    const text = `SELECT ${COLUMNS} FROM group_copies WHERE group_id = ANY($1::uuid[]) AND NOT deleted ORDER BY group_id`;
    return (await sql.query(text, [ids])) as GroupCopy[];
  }

  async changed(
    sql: SqlExecutor,
    { groupId, name, generation, revision, deleted }: Omit<GroupChanged, 'v'>,
  ): Promise<void> {
    await sql.query(CHANGE, [groupId, name, generation, revision, deleted]);
  }
}

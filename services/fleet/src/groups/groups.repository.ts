import { Injectable } from '@nestjs/common';
import { type GroupView, notFound } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';
import type { EntityManager } from 'typeorm';

/** What a group is shown as; also the base of lists. */
export const GROUP_COLUMNS = `g.id, g.name, g.kind, g.description, g.created_at AS "createdAt", g.revision,
  (SELECT count(*)::int FROM memberships m WHERE m.group_id = g.id) AS members`;

export interface GroupRow {
  id: string;
  name: string;
  kind: 'static';
  description: string | null;
  createdAt: Date;
  revision: number;
  members: number;
}

/** A group for a decision, without its members. */
export interface Group {
  id: string;
  name: string;
  generation: number;
  revision: number;
  requestId: string | null;
}

export interface NewGroup {
  id: string;
  name: string;
  description: string | null;
  requestId: string | null;
}

const GROUP = `SELECT id, name, generation, revision, request_id AS "requestId" FROM groups WHERE name = $1`;

const INSERT = `
INSERT INTO groups (id, name, kind, description, request_id) VALUES ($1, $2, 'static', $3, $4)
ON CONFLICT (name) DO NOTHING RETURNING id`;

@Injectable()
export class GroupsRepository {
  async find(sql: SqlExecutor, name: string): Promise<Group | null> {
    const [group] = (await sql.query(GROUP, [name])) as Group[];
    return group ?? null;
  }

  /** @throws WaybillError `group.notFound` */
  async get(sql: SqlExecutor, name: string): Promise<Group> {
    return (await this.find(sql, name)) ?? groupMissing(name);
  }

  /** Locks it against everything that changes its members. @throws WaybillError `group.notFound` */
  async lock(manager: EntityManager, name: string): Promise<Group> {
    const [group] = await manager.query<Group[]>(`${GROUP} FOR UPDATE`, [name]);
    return group ?? groupMissing(name);
  }

  /** @throws WaybillError `group.notFound` */
  async view(sql: SqlExecutor, name: string): Promise<GroupView> {
    const [row] = (await sql.query(`SELECT ${GROUP_COLUMNS} FROM groups g WHERE g.name = $1`, [name])) as GroupRow[];
    return row ? groupView(row) : groupMissing(name);
  }

  /** False when the name is taken. */
  async insert(manager: EntityManager, group: NewGroup): Promise<boolean> {
    const rows: unknown[] = await manager.query(INSERT, [group.id, group.name, group.description, group.requestId]);
    return rows.length > 0;
  }

  async remove(manager: EntityManager, id: string): Promise<void> {
    await manager.query('DELETE FROM groups WHERE id = $1', [id]);
  }

  /** Ids of the groups of these names, in the order of the ids. */
  async idsOf(sql: SqlExecutor, names: readonly string[]): Promise<Pick<Group, 'id' | 'name'>[]> {
    return (await sql.query('SELECT id, name FROM groups WHERE name = ANY($1::text[]) ORDER BY id', [names])) as Pick<
      Group,
      'id' | 'name'
    >[];
  }
}

export function groupView(row: GroupRow): GroupView {
  return { ...row, createdAt: row.createdAt.toISOString() };
}

/** @throws WaybillError `group.notFound` */
export function groupMissing(name: string): never {
  throw notFound('group.notFound', `There is no group "${name}".`);
}

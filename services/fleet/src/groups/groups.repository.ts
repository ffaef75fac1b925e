import { Injectable } from '@nestjs/common';
import { type GroupKind, type GroupView, type InstallWindows, notFound } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';
import type { EntityManager } from 'typeorm';
import { holding } from '../windows/windows.sql.js';

/** What a group is shown as; also the base of lists. */
export const GROUP_COLUMNS = `g.id, g.name, g.kind, g.filter, g.description, g.windows, (${holding('a.name')}) AS "windowsOf", g.created_at AS "createdAt", g.revision,
  (SELECT count(*)::int FROM memberships m WHERE m.group_id = g.id) AS members`;

export interface GroupRow {
  id: string;
  name: string;
  kind: GroupKind;
  filter: string | null;
  description: string | null;
  windows: InstallWindows | null;
  windowsOf: string | null;
  createdAt: Date;
  revision: number;
  members: number;
}

/** A group for a decision, without its members. */
export interface Group {
  id: string;
  name: string;
  kind: GroupKind;
  filter: string | null;
  description: string | null;
  windows: InstallWindows | null;
  generation: number;
  revision: number;
  requestId: string | null;
}

export interface NewGroup {
  id: string;
  name: string;
  kind: GroupKind;
  filter: string | null;
  description: string | null;
  windows: InstallWindows | null;
  requestId: string | null;
}

const GROUP = `SELECT id, name, kind, filter, description, windows, generation, revision, request_id AS "requestId" FROM groups WHERE name = $1`;

const INSERT = `
INSERT INTO groups (id, name, kind, filter, description, windows, request_id) VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7)
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
    const { id, name, kind, filter, description, windows, requestId } = group;
    const rows: unknown[] = await manager.query(INSERT, [
      id,
      name,
      kind,
      filter,
      description,
      jsonOf(windows),
      requestId,
    ]);
    return rows.length > 0;
  }

  async save(manager: EntityManager, { id, filter, description, windows, revision }: Group): Promise<void> {
    const text = 'UPDATE groups SET filter = $2, description = $3, windows = $4::jsonb, revision = $5 WHERE id = $1';
    await manager.query(text, [id, filter, description, jsonOf(windows), revision]);
  }

  async remove(manager: EntityManager, id: string): Promise<void> {
    await manager.query('DELETE FROM groups WHERE id = $1', [id]);
  }

  /** The groups of these names, in the order of their ids. */
  async named(sql: SqlExecutor, names: readonly string[]): Promise<Pick<Group, 'id' | 'name' | 'kind'>[]> {
    const rows = await sql.query('SELECT id, name, kind FROM groups WHERE name = ANY($1::text[]) ORDER BY id', [names]);
    return rows as Pick<Group, 'id' | 'name' | 'kind'>[];
  }
}

function jsonOf(windows: InstallWindows | null): string | null {
  return windows && JSON.stringify(windows);
}

export function groupView(row: GroupRow): GroupView {
  return { ...row, createdAt: row.createdAt.toISOString() };
}

/** @throws WaybillError `group.notFound` */
export function groupMissing(name: string): never {
  throw notFound('group.notFound', `There is no group "${name}".`);
}

import { Injectable } from '@nestjs/common';
import { type ComputerView, notFound } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';
import type { EntityManager } from 'typeorm';
import { COMPUTER_COLUMNS, type ComputerRow, computerView } from './computer-view.js';

/** What administrators change of a computer. */
export interface EditableComputer {
  name: string;
  attributes: Record<string, string>;
  revision: number;
}

@Injectable()
export class ComputersRepository {
  /** @throws WaybillError `computer.notFound` */
  async view(sql: SqlExecutor, id: string): Promise<ComputerView> {
    const [row] = (await sql.query(`SELECT ${COMPUTER_COLUMNS}, c.inventory FROM computers c WHERE c.id = $1`, [
      id,
    ])) as ComputerRow[];
    return row ? computerView(row) : refuse(id);
  }

  /** @throws WaybillError `computer.notFound` */
  async demand(sql: SqlExecutor, id: string): Promise<void> {
    const rows = (await sql.query('SELECT 1 FROM computers WHERE id = $1', [id])) as unknown[];
    if (rows.length === 0) refuse(id);
  }

  /** Locks it, but not against becoming a member. @throws WaybillError `computer.notFound` */
  async lock(manager: EntityManager, id: string): Promise<EditableComputer> {
    const [row] = await manager.query<EditableComputer[]>(
      'SELECT name, attributes, revision FROM computers WHERE id = $1 FOR NO KEY UPDATE',
      [id],
    );
    return row ?? refuse(id);
  }

  async save(manager: EntityManager, id: string, { name, attributes, revision }: EditableComputer): Promise<void> {
    await manager.query('UPDATE computers SET name = $2, attributes = $3, revision = $4 WHERE id = $1', [
      id,
      name,
      attributes,
      revision,
    ]);
  }

  /** Answers the groups it was in. */
  async remove(manager: EntityManager, id: string): Promise<string[]> {
    const groups = await manager.query<{ groupId: string }[]>(
      'SELECT group_id AS "groupId" FROM memberships WHERE computer_id = $1 ORDER BY 1',
      [id],
    );
    await manager.query('DELETE FROM computers WHERE id = $1', [id]);
    return groups.map(({ groupId }) => groupId);
  }
}

function refuse(id: string): never {
  throw notFound('computer.notFound', `There is no computer ${id}.`);
}

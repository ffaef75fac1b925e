import { Injectable } from '@nestjs/common';
import type { SqlExecutor } from '@waybill/messaging';
import type { EntityManager } from 'typeorm';
import { type Filtered, filterCondition } from './filter-condition.js';

// The oldest first, and none that is being worked off or written again at this moment.
const CLAIM = `SELECT computer_id AS id FROM membership_checks ORDER BY since LIMIT $1 FOR UPDATE SKIP LOCKED`;

const FILTERS = `hashtextextended('waybill.fleet.filters', 0)`;

/** Computers whose dynamic groups have to be looked at. Computers that change are noted by a trigger. */
@Injectable()
export class MembershipChecksRepository {
  /** Takes hold of computers; they are done with when the transaction commits. */
  async claim(manager: EntityManager, limit: number): Promise<string[]> {
    return (await manager.query<{ id: string }[]>(CLAIM, [limit])).map(({ id }) => id).sort();
  }

  async done(manager: EntityManager, computerIds: readonly string[]): Promise<void> {
    await manager.query('DELETE FROM membership_checks WHERE computer_id = ANY($1::uuid[])', [computerIds]);
  }

  /** Notes the computers that fit the group's filter, and its members. */
  async note(manager: EntityManager, { id, filter }: Filtered): Promise<void> {
    const parameters: unknown[] = [id];
    const condition = filterCondition(filter, (value) => `$${parameters.push(value)}`);
    await manager.query(
      `INSERT INTO membership_checks (computer_id)
       SELECT c.id FROM computers c WHERE ${condition}
       UNION SELECT m.computer_id FROM memberships m WHERE m.group_id = $1
       ORDER BY 1
       ON CONFLICT (computer_id) DO UPDATE SET since = excluded.since`,
      parameters,
    );
  }

  /** The database's clock. */
  async moment(sql: SqlExecutor): Promise<string> {
    const [row] = (await sql.query('SELECT clock_timestamp()::text AS moment')) as { moment: string }[];
    return row!.moment;
  }

  /** Whether all that changed until a moment has been worked off. */
  async doneUntil(sql: SqlExecutor, moment: string): Promise<boolean> {
    const rows = (await sql.query('SELECT 1 FROM membership_checks WHERE since <= $1::timestamptz LIMIT 1', [
      moment,
    ])) as unknown[];
    return rows.length === 0;
  }

  /**
   * Held by whoever changes a filter, from before the computers that fit are looked for until the transaction commits. A computer that
   * changes meanwhile would otherwise be looked at by somebody who does not know the filter yet, and by nobody else.
   */
  async holdFilters(manager: EntityManager): Promise<void> {
    await manager.query(`SELECT pg_advisory_xact_lock(${FILTERS})`);
  }

  /** Held by whoever works off computers. Many hold it at once. */
  async shareFilters(manager: EntityManager): Promise<void> {
    await manager.query(`SELECT pg_advisory_xact_lock_shared(${FILTERS})`);
  }
}

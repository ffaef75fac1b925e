import type { SqlExecutor } from '@waybill/messaging';

const KEY = `hashtextextended('waybill.fleet.memberships', 0)`;

/**
 * Held by every transaction that adds members, from before it reads the clock until it commits. Many hold it at once.
 */
export async function enterMembershipChange(sql: SqlExecutor): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock_shared(${KEY})`);
}

/**
 * Waits until no membership change is under way. Whoever reads the clock after that sees every member whose
 * `member_since` is not later: otherwise a computer that joins in the same moment would think itself a target of a
 * broadcast whose targets were counted without it.
 */
export async function waitForMembershipChanges(sql: SqlExecutor): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock(${KEY})`);
}

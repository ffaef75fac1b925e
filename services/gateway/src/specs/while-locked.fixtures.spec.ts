import { eventually } from '@waybill/testing';
import type { GatewayWorld } from './gateway-world.fixtures.spec.js';

/**
 * Locks an account and changes what `statement` says (`$1`: its id), lets `work` run until it waits for that, and commits: what `work` has
 * read before is over when it goes on.
 */
export async function whileLocked<T>(
  world: GatewayWorld,
  username: string,
  statement: string,
  work: () => Promise<T>,
): Promise<T> {
  const other = world.sql.createQueryRunner();
  try {
    await other.startTransaction();
    const sql = 'SELECT id FROM accounts WHERE username = $1 FOR UPDATE';
    const [account] = (await other.query(sql, [username])) as { id: string }[];
    await other.query(statement, [account!.id]);
    const answer = work();
    await eventually(async () => {
      const waiting = await world.sql.query<unknown[]>(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waiting).not.toEqual([]);
    });
    await other.commitTransaction();
    return await answer;
  } finally {
    if (other.isTransactionActive) await other.rollbackTransaction();
    await other.release();
  }
}

import { Injectable } from '@nestjs/common';
import type { SqlExecutor } from '@waybill/messaging';
import type { ClientAssertion } from './client-assertion.js';

const USE = `
INSERT INTO used_assertions (computer_id, jti, gone_at) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING RETURNING 1`;

/** A minute longer than any of them lives, so that a revocation can still see who fetched a token since. */
const SWEEP = `
WITH gone AS (
  DELETE FROM used_assertions WHERE (computer_id, jti) IN (
    SELECT computer_id, jti FROM used_assertions WHERE gone_at < clock_timestamp() - interval '1 minute' LIMIT 10000
  ) RETURNING 1
)
SELECT count(*)::int AS swept FROM gone`;

/** Remembers assertions for as long as they could be used again. */
@Injectable()
export class UsedAssertionsRepository {
  /** False when it was used before, by whichever process. */
  async use(sql: SqlExecutor, assertion: ClientAssertion): Promise<boolean> {
    const rows = (await sql.query(USE, [assertion.computerId, assertion.jti, assertion.goneAt])) as unknown[];
    return rows.length > 0;
  }

  async sweep(sql: SqlExecutor): Promise<number> {
    const [row] = (await sql.query(SWEEP)) as { swept: number }[];
    return row!.swept;
  }
}

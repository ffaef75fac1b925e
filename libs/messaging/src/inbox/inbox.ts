import { Injectable } from '@nestjs/common';
import { queryRows, type SqlExecutor } from '../outbox/sql-executor.js';

/** Table of handled messages; run by a service's first migration in its own schema. */
export const INBOX_SQL = `
CREATE TABLE inbox (
  consumer text NOT NULL,
  message_id text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, message_id)
);
CREATE INDEX inbox_received_at ON inbox (received_at);
`;

/** How long a message id is remembered; no redelivery comes later than that. */
const REMEMBERED = '14 days';

const INSERT = 'INSERT INTO inbox (consumer, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1 AS first';

const PURGE = `
DELETE FROM inbox WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM inbox WHERE received_at < now() - interval '${REMEMBERED}' LIMIT 10000
))`;

/** Makes a handler that is not idempotent by itself run once per message. */
@Injectable()
export class Inbox {
  /**
   * Call it first in the transaction that does the work: false means that the work was done before.
   * @param consumer name of the subscription, e.g. its queue
   */
  async firstTime(sql: SqlExecutor, consumer: string, messageId: string): Promise<boolean> {
    const rows = await queryRows(sql, INSERT, [consumer, messageId]);
    return rows.length === 1;
  }

  /** Forgets some of the ids that are too old to come again. */
  async purge(sql: SqlExecutor): Promise<void> {
    await sql.query(PURGE);
  }
}

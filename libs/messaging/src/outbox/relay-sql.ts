/** One relay at a time per schema, so that rows leave in order; the lock ends with the transaction, also when its process dies. */
const LEADER = `pg_try_advisory_xact_lock(hashtextextended('waybill.outbox.' || current_schema(), 0))`;

/**
 * The next rows in order, or none when another relay is at work. A row that waits for its next attempt holds back later rows
 * of the same key and nothing else. $1 rows, $2 virtual hosts, $3 bytes: whatever begins below that many comes along, the first in any case.
 */
export const CLAIM = `
WITH leader AS MATERIALIZED (SELECT ${LEADER} AS elected),
due AS (
  SELECT o.id, octet_length(o.body) AS bytes FROM outbox o, leader
  WHERE leader.elected AND o.vhost = ANY($2::text[])
    AND (o.next_attempt_at IS NULL OR o.next_attempt_at <= now())
    AND NOT EXISTS (
      SELECT 1 FROM outbox b
      WHERE b.next_attempt_at > now() AND b.id < o.id
        AND b.vhost = o.vhost AND b.exchange = o.exchange AND b.routing_key = o.routing_key)
  ORDER BY o.id
  LIMIT $1
  FOR UPDATE OF o SKIP LOCKED
),
sized AS (SELECT id, sum(bytes) OVER (ORDER BY id) - bytes AS before, count(*) OVER ()::int AS due FROM due)
SELECT o.id, o.vhost, o.exchange, o.routing_key, o.type, o.message_id, o.content_type, o.headers, o.persistent, o.body,
  extract(epoch FROM clock_timestamp() - o.created_at)::float8 AS age, s.due
FROM sized s JOIN outbox o USING (id)
WHERE s.before < $3
ORDER BY o.id`;

export const DELETE_SENT = 'DELETE FROM outbox WHERE id = ANY($1::bigint[])';

/** Waits 1 s, 2 s, 4 s … at most 5 min. */
export const POSTPONE = `
UPDATE outbox SET attempts = attempts + 1, error = left(failed.error, 1000),
  next_attempt_at = clock_timestamp() + least(300, power(2, least(attempts, 9))) * interval '1 second'
FROM unnest($1::bigint[], $2::text[]) AS failed(id, error)
WHERE outbox.id = failed.id`;

export const LISTEN = `SELECT 'LISTEN ' || quote_ident('outbox_' || current_schema()) AS statement`;

export interface OutboxRow {
  /** bigint as text */
  id: string;
  vhost: string;
  exchange: string;
  routing_key: string;
  type: string;
  message_id: string;
  content_type: string;
  headers: Record<string, string | number>;
  persistent: boolean;
  body: Buffer;
  /** seconds since its transaction began, by the database's clock */
  age: number;
  /** rows that were due, this one included; those that are not here were too large for the round */
  due: number;
}

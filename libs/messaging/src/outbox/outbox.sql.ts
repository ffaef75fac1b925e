/**
 * Table of messages that were decided but not yet confirmed by the broker; run by a service's first migration in its own schema.
 * `headers` carries the W3C trace context of the transaction. A row is deleted when confirmed. `next_attempt_at` is set on an
 * unroutable row only; rows behind it with the same key wait for it. Every row is short-lived: vacuumed early, or the
 * relay would wade through dead rows to find the first live one.
 */
export const OUTBOX_SQL = `
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  vhost text NOT NULL,
  exchange text NOT NULL,
  routing_key text NOT NULL,
  type text NOT NULL,
  message_id text NOT NULL,
  content_type text NOT NULL,
  headers jsonb NOT NULL,
  persistent boolean NOT NULL,
  body bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  error text
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX outbox_blocked ON outbox (vhost, exchange, routing_key) WHERE next_attempt_at IS NOT NULL;
`;

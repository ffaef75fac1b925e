import { Injectable } from '@nestjs/common';
import type { SqlExecutor } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { PING, type WebhookEvent } from './webhook-events.js';
import { DELIVERY_COLUMNS, type DeliveryRow } from './webhook-view.js';

/** An event with the body that is sent. */
export interface PreparedEvent {
  id: string;
  event: string;
  body: string;
}

/** A delivery that this process has claimed until its lease ends. */
export interface ClaimedDelivery {
  id: string;
  webhookId: string;
  eventId: string;
  body: string;
  /** this one included; what ends a claim names it, so that a claim whose lease has ended changes nothing */
  attempt: number;
  url: string;
  secret: Buffer;
}

/** What waits and what was given up, of all webhooks together. */
export interface DeliveryCounts {
  /** counted up to 100,000, as are the dead */
  pending: number;
  dead: number;
  /** seconds since the oldest pending one to an enabled webhook became pending; 0 without any */
  oldestAgeS: number;
}

/** How an attempt went. */
export interface AttemptOutcome {
  durationMs: number;
  status: number | null;
  /** null: delivered */
  error: string | null;
  text: string | null;
}

const WANTED = 'SELECT DISTINCT unnest(events) AS event FROM webhooks WHERE enabled';

// once per webhook and event, however often the message comes
const ADD = `
WITH added AS (
  INSERT INTO webhook_deliveries (id, webhook_id, event_id, event, body, state, attempts_until, next_attempt_at)
  SELECT gen_random_uuid(), w.id, e.id, e.event, e.body, 'pending', $4, clock_timestamp()
  FROM webhooks w JOIN unnest($1::uuid[], $2::text[], $3::text[]) AS e (id, event, body) ON e.event = ANY (w.events)
  WHERE w.enabled
  ON CONFLICT (webhook_id, event_id) DO NOTHING
  RETURNING 1
)
SELECT count(*)::int AS added FROM added`;

const ADD_ONE = `
INSERT INTO webhook_deliveries AS d (id, webhook_id, event_id, event, body, state, attempts_until, next_attempt_at)
VALUES ($1, $2, $3, $4, $5, 'pending', 1, clock_timestamp())
RETURNING ${DELIVERY_COLUMNS}`;

/**
 * What is due, of each enabled webhook as much as it has room for, and pings of any; skipping what others have claimed. The lease is the due
 * time moved ahead: if this process dies the delivery is due again by itself. A receiver that fails gets one at a time, so that thousands of
 * pending ones do not each wait for its time-out. $1 and $2: webhooks and how many of theirs are in hand; $3 room of one; $4 lease in
 * milliseconds.
 */
const CLAIM = `
WITH picked AS MATERIALIZED (
  SELECT due.id
  FROM webhooks w
  LEFT JOIN unnest($1::uuid[], $2::int[]) AS busy (webhook_id, n) ON busy.webhook_id = w.id
  CROSS JOIN LATERAL (
    SELECT id, row_number() OVER () AS nth
    FROM (
      SELECT d.id FROM webhook_deliveries d
      WHERE d.webhook_id = w.id AND d.state = 'pending' AND d.next_attempt_at <= now()
      ORDER BY d.next_attempt_at
      -- a limit that depends on the webhook would make the planner sort all that is pending: 30 ms of 100,000 instead of 1
      LIMIT $3::int
      FOR UPDATE OF d SKIP LOCKED
    ) AS first
  ) AS due
  WHERE w.enabled AND due.nth <= CASE WHEN w.failing_since IS NULL THEN $3::int ELSE 1 END - coalesce(busy.n, 0)
), pings AS MATERIALIZED (
  SELECT id FROM webhook_deliveries
  WHERE state = 'pending' AND event = '${PING}' AND next_attempt_at <= now()
  ORDER BY next_attempt_at LIMIT $3
  FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE webhook_deliveries d
  SET attempts = d.attempts + 1, claimed = true, next_attempt_at = clock_timestamp() + $4 * interval '1 millisecond'
  FROM (SELECT id FROM picked UNION SELECT id FROM pings) AS ours WHERE d.id = ours.id
  RETURNING d.id, d.webhook_id, d.event_id, d.body, d.attempts
)
SELECT c.id, c.webhook_id AS "webhookId", c.event_id AS "eventId", c.body, c.attempts AS attempt, w.url, w.secret
FROM claimed c JOIN webhooks w ON w.id = c.webhook_id`;

/** $1 delivery, $2 attempt, $3 milliseconds until the next, $4 duration, $5 status, $6 error, $7 text. Answers nothing for a claim that others have taken over. */
const SETTLE = `
WITH settled AS (
  UPDATE webhook_deliveries d
  SET state = s.state, claimed = false, next_attempt_at = CASE WHEN s.state = 'pending' THEN clock_timestamp() + $3 * interval '1 millisecond' END,
      answered_at = clock_timestamp(), answer_ms = $4, answer_status = $5, answer_error = $6, answer_text = $7
  FROM (
    SELECT id, CASE WHEN $6::text IS NULL THEN 'delivered' WHEN attempts >= attempts_until THEN 'dead' ELSE 'pending' END AS state
    FROM webhook_deliveries WHERE id = $1 AND attempts = $2 AND state = 'pending' FOR UPDATE
  ) AS s
  WHERE d.id = s.id
  RETURNING d.webhook_id, d.state
), told AS (
  UPDATE webhooks w SET failing_since = CASE WHEN $6::text IS NOT NULL THEN clock_timestamp() END
  FROM settled s WHERE w.id = s.webhook_id AND (w.failing_since IS NULL) = ($6::text IS NOT NULL)
)
SELECT state FROM settled`;

/** What is not being sent: $1 webhook, $2 one delivery, or null for all that are dead or wait for their next attempt, $3 further attempts. */
const AGAIN = `
UPDATE webhook_deliveries d
SET state = 'pending', pending_since = clock_timestamp(), next_attempt_at = clock_timestamp(), attempts_until = d.attempts + $3
WHERE d.webhook_id = $1 AND NOT (d.state = 'pending' AND d.claimed) AND CASE WHEN $2::uuid IS NULL THEN d.state <> 'delivered' ELSE d.id = $2 END`;

const FIND = `SELECT ${DELIVERY_COLUMNS} FROM webhook_deliveries d WHERE d.webhook_id = $1 AND d.id = $2`;

/** One page of what has had its time. */
const FORGET = `
DELETE FROM webhook_deliveries WHERE id = ANY (ARRAY(
  SELECT id FROM webhook_deliveries
  WHERE (state = 'delivered' AND answered_at < now() - interval '7 days') OR (state = 'dead' AND answered_at < now() - interval '30 days')
  LIMIT 10000))`;

/** A receiver that fails for days is not owed what nobody waits for any more. */
const GIVE_UP = `
UPDATE webhook_deliveries
SET state = 'dead', next_attempt_at = NULL, answered_at = coalesce(answered_at, now()),
    answer_error = coalesce(answer_error, 'not sent for 7 days: the webhook was disabled or its receiver took nothing')
WHERE state = 'pending' AND pending_since < now() - interval '7 days'`;

/** Above this a count says nothing that would be worth its cost. */
const MAX_COUNTED = 100_000;

/** The oldest one: of each enabled webhook the first by its index, however many wait and whatever waits for disabled ones. */
const COUNT = `
SELECT (SELECT count(*) FROM (SELECT 1 FROM webhook_deliveries WHERE state = 'pending' LIMIT ${MAX_COUNTED}) AS counted)::int AS pending,
  (SELECT count(*) FROM (SELECT 1 FROM webhook_deliveries WHERE state = 'dead' LIMIT ${MAX_COUNTED}) AS counted)::int AS dead,
  (SELECT coalesce(greatest(0, extract(epoch FROM clock_timestamp() - min(oldest.pending_since))), 0)
   FROM webhooks w, LATERAL (
     SELECT d.pending_since FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 'pending' ORDER BY d.pending_since LIMIT 1
   ) AS oldest
   WHERE w.enabled)::float8 AS "oldestAgeS"`;

/** Deliveries as rows: what a process leaves undone another one, or its next start, takes up. */
@Injectable()
export class DeliveriesRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Events that some enabled webhook wants. */
  async wanted(): Promise<ReadonlySet<WebhookEvent>> {
    const rows = await this.dataSource.query<{ event: WebhookEvent }[]>(WANTED);
    return new Set(rows.map(({ event }) => event));
  }

  /** @returns how many deliveries there are now that were not before */
  async add(events: readonly PreparedEvent[], maxAttempts: number): Promise<number> {
    const columns = [events.map(({ id }) => id), events.map(({ event }) => event), events.map(({ body }) => body)];
    const [row] = await this.dataSource.query<{ added: number }[]>(ADD, [...columns, maxAttempts]);
    return row!.added;
  }

  /** One delivery of one attempt to one webhook, whatever it wants. */
  async addOne(sql: SqlExecutor, id: string, webhookId: string, event: PreparedEvent): Promise<DeliveryRow> {
    const values = [id, webhookId, event.id, event.event, event.body];
    const [row] = (await sql.query(ADD_ONE, values)) as DeliveryRow[];
    return row!;
  }

  /**
   * @param busy how many deliveries of each webhook this process has in hand
   * @param room how many it takes of each at most
   */
  async claim(busy: ReadonlyMap<string, number>, room: number, leaseMs: number): Promise<ClaimedDelivery[]> {
    return this.dataSource.query(CLAIM, [[...busy.keys()], [...busy.values()], room, leaseMs]);
  }

  /**
   * Ends a claim: delivered, to be tried again in `retryMs`, or dead after the last attempt.
   * @returns null when the lease had ended and another process has it
   */
  async settle(
    { id, attempt }: ClaimedDelivery,
    { durationMs, status, error, text }: AttemptOutcome,
    retryMs: number,
  ): Promise<DeliveryRow['state'] | null> {
    const values = [id, attempt, retryMs, durationMs, status, error, text];
    const [row] = await this.dataSource.query<{ state: DeliveryRow['state'] }[]>(SETTLE, values);
    return row?.state ?? null;
  }

  /**
   * Makes deliveries due now that are not being sent.
   * @param id null: all that were not delivered
   * @returns how many
   */
  async again(sql: SqlExecutor, webhookId: string, id: string | null, maxAttempts: number): Promise<number> {
    const [, changed] = (await sql.query(AGAIN, [webhookId, id, maxAttempts])) as [unknown, number];
    return changed;
  }

  async find(sql: SqlExecutor, webhookId: string, id: string): Promise<DeliveryRow | null> {
    const [row] = (await sql.query(FIND, [webhookId, id])) as DeliveryRow[];
    return row ?? null;
  }

  async count(): Promise<DeliveryCounts> {
    const [counts] = await this.dataSource.query<[DeliveryCounts]>(COUNT);
    return counts;
  }

  /** Gives up what has waited for a week; forgets what was delivered a week ago and what died a month ago. */
  async removeOld(): Promise<void> {
    await this.dataSource.query(GIVE_UP);
    let removed: number;
    do [, removed] = await this.dataSource.query<[unknown, number]>(FORGET);
    while (removed === 10_000);
  }
}

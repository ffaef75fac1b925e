import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { SqlExecutor } from '@waybill/messaging';

/** How long a computer may take to fetch a token without the group it left, seconds; with the poll it makes five at most. */
const GRACE_SECONDS = 3.5;

/** Another process may take a revocation up when the one that took it has not finished by then, seconds. */
const LEASE_SECONDS = 30;

const LEFT = `
INSERT INTO revocations (computer_id, since, due_at)
SELECT id, clock_timestamp(), clock_timestamp() + interval '${GRACE_SECONDS} seconds' FROM unnest($1::uuid[]) AS gone(id) ORDER BY id
ON CONFLICT (computer_id) DO UPDATE SET since = greatest(revocations.since, excluded.since), due_at = greatest(revocations.due_at, excluded.due_at), attempts = 0`;

const BARRED = `
INSERT INTO revocations (computer_id, since, due_at)
SELECT id, 'infinity', clock_timestamp() FROM unnest($1::uuid[]) AS barred(id) ORDER BY id
ON CONFLICT (computer_id) DO UPDATE SET since = 'infinity', due_at = excluded.due_at, attempts = 0`;

// A computer that fetched a token after it left holds the right one; one that is away will fetch one when it is back.
const CLAIM = `
WITH due AS (
  SELECT computer_id FROM revocations WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE revocations r SET due_at = clock_timestamp() + interval '${LEASE_SECONDS} seconds', attempts = attempts + 1
  FROM due WHERE r.computer_id = due.computer_id
  RETURNING r.computer_id, r.since, r.attempts
)
SELECT r.computer_id AS "computerId", r.since::text AS since, r.attempts,
  CASE WHEN c.id IS NULL THEN true
       ELSE c.online AND NOT EXISTS (SELECT 1 FROM used_assertions u WHERE u.computer_id = r.computer_id AND u.used_at > r.since) END AS close
FROM claimed r LEFT JOIN computers c ON c.id = r.computer_id`;

const DONE = `
WITH gone AS (
  DELETE FROM revocations r USING unnest($1::uuid[], $2::timestamptz[]) AS done(computer_id, since)
  WHERE r.computer_id = done.computer_id AND r.since = done.since RETURNING 1
)
SELECT count(*)::int AS done FROM gone`;

export interface Revocation {
  computerId: string;
  /** as text of PostgreSQL, with its microseconds */
  since: string;
  attempts: number;
  /** its connection still stands on rights that it lost */
  close: boolean;
}

/** Computers whose broker connection may have to be closed, because the broker looks at a token only when it is presented. */
@Injectable()
export class RevocationsRepository {
  async leftGroup(manager: EntityManager, computerIds: readonly string[]): Promise<void> {
    if (computerIds.length > 0) await manager.query(LEFT, [computerIds]);
  }

  /** For computers that no longer exist. */
  async bar(sql: SqlExecutor, computerIds: readonly string[]): Promise<void> {
    if (computerIds.length > 0) await sql.query(BARRED, [computerIds]);
  }

  /** Takes what is due, for this process alone until its lease ends. */
  async claim(sql: SqlExecutor, limit: number): Promise<Revocation[]> {
    return (await sql.query(CLAIM, [limit])) as Revocation[];
  }

  /** Forgets them, unless something new happened to the computer meanwhile. */
  async done(sql: SqlExecutor, revocations: readonly Revocation[]): Promise<void> {
    if (revocations.length > 0)
      await sql.query(DONE, [revocations.map((r) => r.computerId), revocations.map((r) => r.since)]);
  }
}

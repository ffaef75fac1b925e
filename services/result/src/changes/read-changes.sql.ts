/**
 * Where "now" is: everything before the oldest transaction still running is settled. A transaction that holds a snapshot for long
 * delays the feed and loses nothing.
 */
export const CURRENT_POSITION_SQL = `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin`;

/**
 * Change rows after a position that no running transaction can still precede: $1 job, $2 xid, $3 id, $4 limit of rows.
 *
 * An id or a time would not do as a position: a transaction that began earlier may commit later and its rows appear behind a reader who has
 * passed. The row at the position itself is read again, because a page may have ended in the middle of it.
 */
export const CHANGES_SQL = `
  SELECT id::text AS id, changed_xid::text AS xid, run, computers
  FROM execution_changes
  WHERE job_id = $1 AND (changed_xid, id) >= ($2::xid8, $3::bigint) AND changed_xid < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY changed_xid, id
  LIMIT $4`;

export const HORIZON_SQL = `SELECT forgotten_xid::text AS forgotten FROM execution_changes_horizon`;

/** Forgets changes older than $1 (an interval) and remembers how far; positions before that are refused. */
export const FORGET_CHANGES_SQL = `
  WITH forgotten AS (DELETE FROM execution_changes WHERE at < now() - $1::interval RETURNING changed_xid)
  UPDATE execution_changes_horizon SET forgotten_xid = greatest(forgotten_xid, (SELECT max(changed_xid) FROM forgotten))
  WHERE EXISTS (SELECT FROM forgotten)`;

/** Replicas see the same events at different moments; one after the other they come to the same end. */
export const LOCK = `SELECT pg_advisory_xact_lock(hashtextextended('waybill.fleet.presence', 0))`;

/**
 * Opens connections. One that is known already, closed or not, is not opened again; the same name with a later start is another connection.
 * Answers the computers concerned, those of replaced connections too.
 */
export const OPEN = `
WITH given AS (
  SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) AS g(name, computer_id, connected_at)
), replaced AS (
  SELECT c.computer_id FROM connections c JOIN given g ON g.name = c.name AND g.connected_at > c.connected_at
), opened AS (
  INSERT INTO connections AS c (name, computer_id, connected_at)
  SELECT name, computer_id, connected_at FROM given
  ON CONFLICT (name) DO UPDATE SET computer_id = excluded.computer_id, connected_at = excluded.connected_at, closed_at = NULL
  WHERE excluded.connected_at > c.connected_at
  RETURNING computer_id
)
SELECT computer_id AS "computerId" FROM opened UNION SELECT computer_id FROM replaced`;

/** Closes connections that were open before the given moments; answers the computers concerned. */
export const CLOSE = `
WITH closed AS (
  UPDATE connections c SET closed_at = g.at
  FROM unnest($1::text[], $2::timestamptz[]) AS g(name, at)
  WHERE c.name = g.name AND c.closed_at IS NULL AND c.connected_at <= g.at
  RETURNING c.computer_id
)
SELECT DISTINCT computer_id AS "computerId" FROM closed`;

/** Closes what the broker no longer lists, except what may be too young for its list. */
export const CLOSE_MISSING = `
WITH closed AS (
  UPDATE connections c SET closed_at = clock_timestamp()
  WHERE c.closed_at IS NULL AND c.connected_at < $2::timestamptz AND NOT (c.name = ANY($1::text[]))
  RETURNING c.computer_id
)
SELECT DISTINCT computer_id AS "computerId" FROM closed`;

/** Brings the computers in line with their connections: one that connected again before its old connection was given up stays online. */
export const REFRESH = `
WITH seen AS (
  SELECT ids.id, EXISTS (SELECT 1 FROM connections c WHERE c.computer_id = ids.id AND c.closed_at IS NULL) AS online,
    (SELECT max(greatest(c.connected_at, c.closed_at)) FROM connections c WHERE c.computer_id = ids.id) AS at
  FROM unnest($1::uuid[]) AS ids(id)
), refreshed AS (
  UPDATE computers SET online = seen.online, last_seen_at = greatest(computers.last_seen_at, seen.at)
  FROM seen WHERE computers.id = seen.id
    AND (computers.online <> seen.online OR computers.last_seen_at IS DISTINCT FROM greatest(computers.last_seen_at, seen.at))
  RETURNING 1
)
SELECT count(*)::int AS refreshed FROM refreshed`;

/** Which of them are nobody's: removed, yet connected with a token that has not expired. */
export const STRANGERS = `
SELECT ids.id AS "computerId" FROM unnest($1::uuid[]) AS ids(id) WHERE NOT EXISTS (SELECT 1 FROM computers c WHERE c.id = ids.id)`;

/** Closed long enough ago that no replica is still behind. */
export const SWEEP = `
WITH gone AS (
  DELETE FROM connections WHERE name IN (SELECT name FROM connections WHERE closed_at < clock_timestamp() - interval '10 minutes' LIMIT 10000) RETURNING 1
)
SELECT count(*)::int AS swept FROM gone`;

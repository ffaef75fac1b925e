/**
 * Takes the counters of $1 (computer ids), one transaction at a time and in one order; answers how many anomalies of each
 * were told in this hour.
 */
export const LOCK_COUNTERS_SQL = `
  INSERT INTO anomaly_counters AS c (computer_id)
  SELECT DISTINCT id FROM unnest($1::uuid[]) AS id ORDER BY id
  ON CONFLICT (computer_id) DO UPDATE SET total = c.total
  RETURNING computer_id AS "computerId", CASE WHEN hour_began > now() - interval '1 hour' THEN told ELSE 0 END AS told`;

/** Keeps reports that are not kept already, in the given order: $1 ids … $8 reports. Answers the ids of those that are new. */
export const INSERT_SQL = `
  INSERT INTO anomalies (id, job_id, run, computer_id, attempt, seq, kind, report)
  SELECT id, job_id, run, computer_id, attempt, seq, kind, report
  FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::int[], $6::int[], $7::text[], $8::jsonb[])
    WITH ORDINALITY AS t (id, job_id, run, computer_id, attempt, seq, kind, report, n)
  ORDER BY n
  ON CONFLICT DO NOTHING
  RETURNING id`;

/** Counts $2 new anomalies of each computer $1, $3 of them told. */
export const COUNT_SQL = `
  UPDATE anomaly_counters c
  SET total = c.total + s.stored,
      told = CASE WHEN c.hour_began > now() - interval '1 hour' THEN c.told ELSE 0 END + s.told,
      hour_began = CASE WHEN c.hour_began > now() - interval '1 hour' THEN c.hour_began ELSE now() END
  FROM unnest($1::uuid[], $2::int[], $3::int[]) AS s (computer_id, stored, told)
  WHERE c.computer_id = s.computer_id`;

/** Forgets what is beyond the newest $2 of each computer $1; reads so many entries of the index for each. */
export const FORGET_SQL = `
  DELETE FROM anomalies a
  USING unnest($1::uuid[]) AS wanted (computer_id),
    LATERAL (
      SELECT n.id FROM anomalies n WHERE n.computer_id = wanted.computer_id ORDER BY n.id DESC OFFSET $2 LIMIT 1
    ) AS newest_forgotten
  WHERE a.computer_id = wanted.computer_id AND a.id <= newest_forgotten.id`;

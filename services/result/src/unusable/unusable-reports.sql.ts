/** Takes the rows of $1 (computer ids), one transaction at a time and in one order; answers what each has used in this hour. */
export const LOCK_SQL = `
  INSERT INTO unusable_reports AS u (computer_id)
  SELECT id FROM unnest($1::uuid[]) AS id ORDER BY id
  ON CONFLICT (computer_id) DO UPDATE SET total = u.total
  RETURNING computer_id AS "computerId",
    CASE WHEN hour_began > now() - interval '1 hour' THEN letters ELSE 0 END AS letters,
    CASE WHEN hour_began > now() - interval '1 hour' THEN bytes ELSE 0 END AS bytes`;

/** Counts $2 more messages of each computer $1, and sets what is used in this hour to $3 letters with $4 bytes. */
export const COUNT_SQL = `
  UPDATE unusable_reports u
  SET total = u.total + s.came,
      letters = s.letters,
      bytes = s.bytes,
      hour_began = CASE WHEN u.hour_began > now() - interval '1 hour' THEN u.hour_began ELSE now() END
  FROM unnest($1::uuid[], $2::int[], $3::int[], $4::int[]) AS s (computer_id, came, letters, bytes)
  WHERE u.computer_id = s.computer_id`;

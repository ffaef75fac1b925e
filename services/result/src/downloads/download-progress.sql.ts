/**
 * Newest download progress of executions that are still open; word of another attempt or from behind is dropped. Arrays: $1 jobs, $2 runs,
 * $3 computers, $4 attempts, $5 bytes done, $6 bytes in all. A table of its own, unlogged: it is lossy anyway and must not grow the hot rows.
 */
export const STORE_DOWNLOADS_SQL = `
  INSERT INTO download_progress AS p (job_id, run, computer_id, attempt, bytes_done, bytes_total, at)
  SELECT t.job_id, t.run, t.computer_id, t.attempt, t.bytes_done, t.bytes_total, now()
  FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::int[], $5::bigint[], $6::bigint[])
    AS t (job_id, run, computer_id, attempt, bytes_done, bytes_total)
  JOIN executions e ON e.job_id = t.job_id AND e.run = t.run AND e.computer_id = t.computer_id
   AND e.attempt = t.attempt AND e.final_status IS NULL
  ORDER BY t.job_id, t.run, t.computer_id
  ON CONFLICT (job_id, run, computer_id) DO UPDATE
  SET attempt = excluded.attempt, bytes_done = excluded.bytes_done, bytes_total = excluded.bytes_total, at = excluded.at
  WHERE excluded.attempt > p.attempt OR (excluded.attempt = p.attempt AND excluded.bytes_done > p.bytes_done)`;

/** $1 job, $2 run, $3 computer, $4 attempt. */
export const DOWNLOAD_SQL = `
  SELECT bytes_done::float8 AS "bytesDone", bytes_total::float8 AS "bytesTotal", at
  FROM download_progress WHERE job_id = $1 AND run = $2 AND computer_id = $3 AND attempt = $4`;

/** $1 job, $2 run. */
export const FORGET_DOWNLOADS_SQL = `DELETE FROM download_progress WHERE job_id = $1 AND run = $2`;

/** Locks the run; one that had no targets at its start is made now. $1 job, $2 run, $3 timeouts. */
export const LOCK_BEGUN_RUN_SQL = `
  INSERT INTO runs AS r (job_id, run, chunks, announced_total, timeouts, ready) VALUES ($1, $2, 0, 0, $3, true)
  ON CONFLICT (job_id, run) DO UPDATE SET timeouts = coalesce(r.timeouts, excluded.timeouts)
  RETURNING ready`;

/** Those of $3 computers whose execution is in none of $4 statuses. $1 job, $2 run. */
export const OPEN_AMONG_SQL = `
  SELECT computer_id AS id FROM executions
  WHERE job_id = $1 AND run = $2 AND computer_id = ANY ($3::uuid[]) AND NOT status = ANY ($4) ORDER BY computer_id`;

/**
 * Runs whose counters changed since they were last told, longest untold first, so that many busy runs do not hide one. Only a hint, read
 * without locks. $1 limit.
 */
export const DIRTY_RUNS_SQL = `
  SELECT r.job_id AS "jobId", r.run
  FROM (SELECT DISTINCT job_id, run FROM run_counters WHERE dirty) AS dirty JOIN runs r USING (job_id, run)
  WHERE r.ready
  ORDER BY r.progressed_at NULLS FIRST
  LIMIT $1`;

/**
 * Takes one run for flushing, unless another replica has it. $1 job, $2 run. The clock is the database's, so replicas agree on what
 * "a second ago" is.
 */
export const TAKE_RUN_SQL = `
  SELECT attempt, progressed_finished AS "progressedFinished",
    coalesce(progressed_at > clock_timestamp() - make_interval(secs => $3), false) AS "tooSoon"
  FROM runs WHERE job_id = $1 AND run = $2 AND ready
  FOR UPDATE SKIP LOCKED`;

/** Locks the run's counters in key order, as ingest does: from here on none of them moves. $1 job, $2 run. Answers whether any is dirty. */
export const LOCK_COUNTERS_SQL = `
  SELECT dirty FROM run_counters WHERE job_id = $1 AND run = $2 ORDER BY wave, slot FOR NO KEY UPDATE`;

/** $1 job, $2 run. */
export const CLEAN_COUNTERS_SQL = `UPDATE run_counters SET dirty = false WHERE job_id = $1 AND run = $2 AND dirty`;

/** $1 job, $2 run, $3 whether all are finished. */
export const TOLD_SQL = `
  UPDATE runs SET progressed_at = clock_timestamp(), progressed_finished = $3 WHERE job_id = $1 AND run = $2`;

import { closeExecutions } from '../executions/close-executions.sql.js';

/** Makes the run known and locks it, so that no chunk of targets slips past a cancel: $1 job, $2 run. Answers its newest `attempt`. */
export const LOCK_RUN_SQL = `
  INSERT INTO runs AS r (job_id, run) VALUES ($1, $2)
  ON CONFLICT (job_id, run) DO UPDATE SET attempt = r.attempt
  RETURNING attempt`;

/**
 * Remembers the closing: for chunks that come later, and for the end of the agents' grace.
 * $1 job, $2 run, $3 newest attempt, $4 status, $5 message, $6 grace in seconds.
 */
export const REMEMBER_CLOSING_SQL = `
  INSERT INTO run_closings (job_id, run, max_attempt, status, message, due_at)
  VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
  ON CONFLICT (job_id, run, max_attempt) DO NOTHING`;

/** Closes the run's executions in given statuses: $4 job, $5 run, $6 newest attempt, $7 statuses. */
export const CLOSE_RUN_SQL = closeExecutions(
  `e.job_id = $4 AND e.run = $5 AND e.attempt <= $6 AND e.status = ANY ($7::text[])`,
);

/** Closes what computers that are no longer targets have in given statuses: $4 job, $5 run, $6 computers, $7 statuses. */
export const CLOSE_LEFT_SQL = closeExecutions(
  `e.job_id = $4 AND e.run = $5 AND e.computer_id = ANY ($6::uuid[]) AND e.status = ANY ($7::text[])`,
);

/** Closes whatever a removed computer still had open: $4 computer. */
export const CLOSE_COMPUTER_SQL = closeExecutions(`e.computer_id = $4`);

/** A closing whose grace is over, kept from other replicas until the transaction ends. */
export const TAKE_DUE_CLOSING_SQL = `
  SELECT job_id AS "jobId", run, max_attempt AS "maxAttempt", status, message
  FROM run_closings
  WHERE swept_at IS NULL AND due_at <= now()
  ORDER BY due_at
  LIMIT 1
  FOR UPDATE SKIP LOCKED`;

/** $1 job, $2 run, $3 newest attempt. */
export const SWEPT_SQL = `UPDATE run_closings SET swept_at = now() WHERE job_id = $1 AND run = $2 AND max_attempt = $3`;

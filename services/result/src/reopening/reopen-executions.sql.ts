import { markChanged } from '../changes/mark-changed.sql.js';
import { moveCounters } from '../executions/counters.sql.js';

/** First of all, so that a request that came twice at once waits here for its twin. $1 request, $2 job, $3 run, $4 attempt. */
export const REMEMBER_REQUEST_SQL = `
  INSERT INTO reopenings (request_id, job_id, run, attempt) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING request_id`;

/** What an earlier request of this id was. $1 request. */
export const KNOWN_REQUEST_SQL = `SELECT job_id AS "jobId", run, attempt, total, failed FROM reopenings WHERE request_id = $1`;

/** $1 job, $2 run. */
export const LOCK_RUN_SQL = `SELECT attempt FROM runs WHERE job_id = $1 AND run = $2 FOR UPDATE`;

/**
 * Starts the new attempt of everything that is final and matches: the old attempt goes to history, the execution back to `queued`.
 * $1 request, $2 job, $3 run, $4 attempt, $5 statuses, $6 computers or null for all, $7 message, $8 statuses that are failures.
 * Answers `{ total, failed }`.
 * @param condition on `executions e`; its values follow from $9 on
 */
export const reopenSql = (condition: string) => `
  WITH picked AS MATERIALIZED (
    SELECT e.*, e.status AS was, 'queued' AS became
    FROM executions e
    WHERE e.job_id = $2 AND e.run = $3 AND e.attempt < $4 AND e.final_status = ANY ($5::text[])
      AND ($6::uuid[] IS NULL OR e.computer_id = ANY ($6::uuid[]))
      -- who has left the job's groups is none of its targets any more
      AND NOT (e.status = 'canceled' AND e.reason IS NOT DISTINCT FROM 'target.left')
      AND NOT EXISTS (SELECT FROM removed_computers r WHERE r.computer_id = e.computer_id)
      AND (${condition})
    ORDER BY e.job_id, e.run, e.computer_id
    FOR NO KEY UPDATE OF e
  ),
  archived AS (
    INSERT INTO past_attempts
      (job_id, run, computer_id, attempt, seq, presumed, status, reason, message, exit_code, started_at, finished_at)
    SELECT job_id, run, computer_id, attempt, seq, presumed, status, reason, message, exit_code, started_at, finished_at
    FROM picked
  ),
  reopened AS (
    UPDATE executions e
    SET attempt = $4, seq = 0, status = p.became, presumed = false, reason = NULL, message = $7, exit_code = NULL,
        queued_at = now(), started_at = NULL, working_since = NULL, finished_at = NULL, updated_at = now()
    FROM picked p
    WHERE e.job_id = p.job_id AND e.run = p.run AND e.computer_id = p.computer_id
  ),
  listed AS (INSERT INTO reopened_executions (request_id, computer_id) SELECT $1, computer_id FROM picked),
  counted AS (${moveCounters('picked')}),
  marked AS (${markChanged('picked')})
  SELECT count(*)::int AS total, (count(*) FILTER (WHERE was = ANY ($8::text[])))::int AS failed FROM picked`;

/** The number of an attempt is issued only when somebody has it. $1 job, $2 run, $3 attempt. */
export const ISSUE_ATTEMPT_SQL = `UPDATE runs SET attempt = $3, progressed_finished = false WHERE job_id = $1 AND run = $2`;

/** $1 request, $2 total, $3 failed. */
export const REMEMBER_TOTAL_SQL = `UPDATE reopenings SET total = $2, failed = $3 WHERE request_id = $1`;

/** One page of the reopened computers: $1 request, $2 after or null, $3 limit. */
export const REOPENED_PAGE_SQL = `
  SELECT computer_id AS "computerId" FROM reopened_executions
  WHERE request_id = $1 AND ($2::uuid IS NULL OR computer_id > $2)
  ORDER BY computer_id
  LIMIT $3`;

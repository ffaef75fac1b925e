import { closeExecutions } from '../executions/close-executions.sql.js';

/** Statuses of a computer that is at work; whoever waits is not. */
export const WORKING = `('accepted', 'downloading', 'installing', 'verifying')`;

/** A run that is to be looked through, kept from other replicas until the transaction ends. */
export const TAKE_DUE_RUN_SQL = `
  SELECT job_id AS "jobId", run, timeouts FROM runs
  WHERE timeouts IS NOT NULL AND NOT progressed_finished AND look_at <= now()
  ORDER BY look_at
  LIMIT 1
  FOR UPDATE SKIP LOCKED`;

/** $1 job, $2 run, $3 seconds. */
export const LOOK_AGAIN_SQL = `
  UPDATE runs SET look_at = now() + make_interval(secs => $3) WHERE job_id = $1 AND run = $2`;

const OF_RUN = `e.final_status IS NULL AND e.job_id = $4 AND e.run = $5`;

/** $4 job, $5 run, $6 seconds. Since the command: nothing has changed an execution that is `queued` after it. */
export const NOT_ACCEPTED_SQL = closeExecutions(
  `${OF_RUN} AND e.status = 'queued' AND e.reason IS DISTINCT FROM 'wave' AND e.updated_at <= now() - make_interval(secs => $6)`,
);

/** $4 job, $5 run, $6 seconds. Bytes that have come are a word, too. */
export const SILENT_SQL = closeExecutions(`${OF_RUN} AND e.status IN ${WORKING}
  AND e.updated_at <= now() - make_interval(secs => $6)
  AND NOT EXISTS (
    SELECT FROM download_progress d
    WHERE d.job_id = e.job_id AND d.run = e.run AND d.computer_id = e.computer_id AND d.attempt = e.attempt
      AND d.at > now() - make_interval(secs => $6)
  )`);

/** $4 job, $5 run, $6 seconds. */
export const TOO_LONG_SQL = closeExecutions(
  `${OF_RUN} AND e.status IN ${WORKING} AND e.working_since <= now() - make_interval(secs => $6)`,
);

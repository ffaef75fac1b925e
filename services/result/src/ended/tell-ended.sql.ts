import { FINAL_STATUSES } from '@waybill/contracts';

const FINAL = FINAL_STATUSES.map((word) => `'${word}'`).join(', ');

/**
 * Takes up to $1 notes, oldest first and past those that another replica has, with how their attempts ended. A presumed end that a report
 * of the agent's installing has overruled meanwhile is no end any more.
 */
export const TAKE_ENDED_SQL = `
  WITH picked AS MATERIALIZED (SELECT id FROM ended_attempts ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED),
  taken AS (
    DELETE FROM ended_attempts WHERE id IN (SELECT id FROM picked) RETURNING id, job_id, run, computers, attempts
  )
  SELECT t.id::text AS note, t.job_id AS "jobId", t.run, a.*
  FROM taken t
  LEFT JOIN LATERAL (
    SELECT e.computer_id AS "computerId", e.computer_name AS "computerName", told.*
    FROM unnest(t.computers, t.attempts) AS ended (computer_id, attempt)
    JOIN executions e ON e.job_id = t.job_id AND e.run = t.run AND e.computer_id = ended.computer_id
    CROSS JOIN LATERAL (
      SELECT e.attempt, e.status, e.reason, e.message, e.exit_code::float8 AS "exitCode", e.finished_at AS "endedAt"
      WHERE e.attempt = ended.attempt
      UNION ALL
      SELECT p.attempt, p.status, p.reason, p.message, p.exit_code::float8, p.finished_at
      FROM past_attempts p
      WHERE e.attempt <> ended.attempt
        AND p.job_id = t.job_id AND p.run = t.run AND p.computer_id = ended.computer_id AND p.attempt = ended.attempt
    ) AS told
    WHERE told.status IN (${FINAL})
  ) AS a ON true
  ORDER BY t.id`;

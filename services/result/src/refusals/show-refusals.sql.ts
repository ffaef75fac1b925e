import { markChanged } from '../changes/mark-changed.sql.js';

/**
 * Gives executions that wait for their computer's first word the reason why it may never come, e.g. that the agent pins
 * another key: $1 job ids, $2 runs, $3 computer ids, $4 attempts, $5 messages. Status, `seq` and counters stay, so whatever
 * the computer reports of the attempt is applied as if nothing had been said.
 */
export const SHOW_REFUSALS_SQL = `
  WITH said AS (
    SELECT DISTINCT ON (job_id, run, computer_id, attempt) *
    FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::int[], $5::text[]) AS t (job_id, run, computer_id, attempt, message)
  ),
  waiting AS MATERIALIZED (
    SELECT e.job_id, e.run, e.computer_id, s.message
    FROM executions e JOIN said s USING (job_id, run, computer_id, attempt)
    WHERE e.status = 'queued' AND e.seq = 0 AND e.reason IS DISTINCT FROM 'command.refused'
    ORDER BY e.job_id, e.run, e.computer_id
    FOR NO KEY UPDATE OF e
  ),
  shown AS (
    UPDATE executions e
    SET reason = 'command.refused', message = w.message, updated_at = now()
    FROM waiting w
    WHERE e.job_id = w.job_id AND e.run = w.run AND e.computer_id = w.computer_id
  ),
  marked AS (${markChanged('waiting')})
  SELECT count(*)::int AS shown FROM waiting`;

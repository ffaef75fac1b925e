import { markChanged } from '../changes/mark-changed.sql.js';
import { noteEnded } from '../ended/note-ended.sql.js';
import { moveCounters } from './counters.sql.js';

/**
 * Statement that ends executions without a word from their agents: $1 status, $2 reason, $3 message; `where` (over `e`) uses $4 and up.
 * The condition is checked again under the row lock, so a report that came in between wins. Answers `{ closed }`.
 */
export function closeExecutions(where: string): string {
  return `
    WITH open AS MATERIALIZED (
      SELECT e.job_id, e.run, e.computer_id, e.attempt, e.wave, e.status AS was, $1::text AS became
      FROM executions e
      WHERE e.status NOT IN ('succeeded', 'failed', 'rejected', 'timedOut', 'expired', 'canceled') AND ${where}
      ORDER BY e.job_id, e.run, e.computer_id
      FOR NO KEY UPDATE OF e
    ),
    closed AS (
      UPDATE executions e
      SET status = o.became, presumed = true, reason = $2, message = $3, exit_code = NULL, finished_at = now(), updated_at = now()
      FROM open o
      WHERE e.job_id = o.job_id AND e.run = o.run AND e.computer_id = o.computer_id
    ),
    counted AS (${moveCounters('open')}),
    marked AS (${markChanged('open')}),
    ended AS (${noteEnded('open')})
    SELECT count(*)::int AS closed FROM open`;
}

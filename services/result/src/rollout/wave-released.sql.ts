import { markChanged } from '../changes/mark-changed.sql.js';

/** $1 job, $2 run, $3 wave, $4 message. No counter moves: the executions stay `queued`. */
export const RELEASE_WAVE_SQL = released('e.wave = $3');

/** $1 job, $2 run, $3 computers, $4 message. */
export const COMPUTERS_TOLD_SQL = released('e.computer_id = ANY ($3::uuid[])');

function released(which: string): string {
  return `
  WITH waiting AS MATERIALIZED (
    SELECT e.job_id, e.run, e.computer_id FROM executions e
    WHERE e.job_id = $1 AND e.run = $2 AND ${which} AND e.status = 'queued' AND e.reason = 'wave'
    ORDER BY e.job_id, e.run, e.computer_id
    FOR NO KEY UPDATE OF e
  ),
  released AS (
    UPDATE executions e SET reason = 'released', message = $4, updated_at = now()
    FROM waiting w WHERE e.job_id = w.job_id AND e.run = w.run AND e.computer_id = w.computer_id
  ),
  marked AS (${markChanged('waiting')})
  SELECT count(*)::int AS released FROM waiting`;
}

import { markChanged } from '../changes/mark-changed.sql.js';
import { noteEnded } from '../ended/note-ended.sql.js';
import { moveCounters } from '../executions/counters.sql.js';

/** Makes the run known and locks it: one chunk or cancel of a run at a time. $1 job, $2 run, $3 chunks, $4 total, $5 timeouts. */
export const LOCK_RUN_SQL = `
  INSERT INTO runs AS r (job_id, run, chunks, announced_total, timeouts) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (job_id, run) DO UPDATE
  SET chunks = coalesce(r.chunks, excluded.chunks), announced_total = coalesce(r.announced_total, excluded.announced_total),
      timeouts = coalesce(r.timeouts, excluded.timeouts)
  RETURNING ready`;

/**
 * Held shared by an assignment and exclusively by the removal of a computer: otherwise the two, each blind to what the other has not
 * committed, could leave an execution of a removed computer open for ever.
 */
export const REMOVAL_LOCK = `hashtext('result.removed-computers')`;

/**
 * Inserts the executions of one chunk: $1 job, $2 run, then arrays $3 computers, $4 names, $5 reasons, $6 messages, $8 waves, then $9 attempts of each order, $10 digests of profiles. A run that was canceled
 * before the chunk came, and a computer that was removed, get executions that are closed at once: the counters still add up to the targets.
 */
export const INSERT_EXECUTIONS_SQL = `
  WITH closing AS (
    SELECT status, 'job.' || status AS reason, message FROM run_closings WHERE job_id = $1 AND run = $2 ORDER BY max_attempt LIMIT 1
  ),
  inserted AS (
    INSERT INTO executions (job_id, run, computer_id, computer_name, wave, attempts, profile, status, reason, message, presumed, finished_at)
    SELECT $1, $2, t.computer_id, t.name, t.wave, $9, p.id,
      CASE WHEN r.computer_id IS NOT NULL THEN 'canceled' ELSE coalesce(c.status, 'queued') END,
      CASE WHEN r.computer_id IS NOT NULL THEN 'computer.removed' ELSE coalesce(c.reason, t.reason) END,
      CASE WHEN r.computer_id IS NOT NULL THEN $7 ELSE coalesce(c.message, t.message) END,
      r.computer_id IS NOT NULL OR c.status IS NOT NULL,
      CASE WHEN r.computer_id IS NOT NULL OR c.status IS NOT NULL THEN now() END
    FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $8::smallint[], $10::uuid[])
      AS t (computer_id, name, reason, message, wave, profile)
    LEFT JOIN run_profiles p ON p.job_id = $1 AND p.run = $2 AND p.digest = t.profile
    LEFT JOIN closing c ON true
    LEFT JOIN removed_computers r ON r.computer_id = t.computer_id
    ORDER BY t.computer_id
    ON CONFLICT (job_id, run, computer_id) DO NOTHING
    RETURNING job_id, run, computer_id, attempt, wave, NULL::text AS was, status AS became
  ),
  counted AS (${moveCounters('inserted')}),
  marked AS (${markChanged('inserted')}),
  ended AS (${noteEnded('inserted')})
  SELECT count(*)::int AS inserted FROM inserted`;

/** Remembers the chunk ($1 job, $2 run, $3 chunk). */
export const REMEMBER_CHUNK_SQL = `INSERT INTO run_chunks (job_id, run, chunk) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`;

/** Makes the run ready when all of its chunks are in; no row while some are missing. `total` counts the executions there are. */
export const FINISH_RUN_SQL = `
  UPDATE runs r SET ready = true
  WHERE job_id = $1 AND run = $2 AND chunks <= (SELECT count(*) FROM run_chunks c WHERE c.job_id = r.job_id AND c.run = r.run)
  RETURNING (SELECT count(*) FROM executions e WHERE e.job_id = r.job_id AND e.run = r.run)::int AS total`;

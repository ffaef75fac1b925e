import { FINAL_STATUSES } from '@waybill/contracts';
import { markChanged } from '../changes/mark-changed.sql.js';
import { noteEnded } from '../ended/note-ended.sql.js';
import { WORKING } from '../timeouts/end-timed-out.sql.js';
import { moveCounters } from '../executions/counters.sql.js';

const list = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(', ');

/** The rule of judge-report.ts within one attempt, whose state is `<state>.seq`, `.final_status` and `.presumed`. */
function judgeWithin(state: string, accepted: 'apply' | 'history'): string {
  return `
    CASE
      WHEN i.status = 'succeeded' AND NOT i.evidenced THEN 'noEvidence'
      WHEN i.seq <= ${state}.seq THEN 'ignore'
      WHEN i.after_final THEN 'afterFinal'
      WHEN ${state}.final_status IS NULL THEN '${accepted}'
      WHEN NOT ${state}.presumed THEN 'afterFinal'
      WHEN ${state}.final_status = 'timedOut' AND i.status NOT IN (${list(FINAL_STATUSES)}) THEN 'ignore'
      WHEN i.overruling_seq > ${state}.seq THEN '${accepted}'
      ELSE 'ignore'
    END`;
}

/** The rule of judge-report.ts for the first word of an attempt that the computer went on to by itself. */
const judgeFurther = `
    CASE
      WHEN i.status = 'succeeded' AND NOT i.evidenced THEN 'noEvidence'
      WHEN i.after_final THEN 'afterFinal'
      WHEN c.final_status IS NULL THEN 'apply'
      WHEN c.final_status = 'succeeded' AND NOT c.presumed THEN 'afterFinal'
      WHEN i.overruling_seq > 0 AND i.status NOT IN ('canceled', 'expired') THEN 'apply'
      ELSE 'ignore'
    END`;

const pastFinal = `CASE WHEN p.status IN (${list(FINAL_STATUSES)}) THEN p.status END`;

/**
 * A whole batch in one statement, which is one transaction and one round trip: judge, update executions, keep history and
 * details, move counters, mark changes. Answers with the rows that were anomalies.
 *
 * - Rows are locked in key order before anything is judged, because two replicas may hold reports of the same executions;
 *   with the lock held the judged state is the newest one, whatever the statement's snapshot was.
 * - Generic plan: every join starts at the (small) input and probes a primary key.
 * - Each (execution, attempt) comes at most once, but for rows with `after_final` and reports without evidence
 *   (coalesce-reports.ts).
 *
 * Measured, 4,000 executions, 160,000 to 200,000 reports in batches of 500, PostgreSQL 15 on 2 shared cores, server CPU per batch:
 *   bare upsert of the same rows into a table with a primary key only         5.7 ms
 *   this                                                                       9.4 ms  (97 % of the updates heap-only)
 *   this with an index on (job, run, status, computer) as well, elapsed        21 ms   (10.4 ms without; no update heap-only)
 *   this without the row locks: judge what the snapshot shows, update by ctid, send overtaken rows again
 *                                                                             10.1 ms  (the lock costs less than the second look)
 * Rejected: BEGIN, SELECT … FOR UPDATE, decide in Node, UPDATE, COMMIT. It needs no second copy of the rule, but holds the
 * locks over five round trips through an event loop that is busy parsing deliveries.
 */
export const INGEST_BATCH_SQL = `
  WITH input AS MATERIALIZED (
    SELECT *
    FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::int[], $5::int[], $6::text[], $7::text[], $8::text[], $9::bigint[],
                $10::timestamptz[], $11::timestamptz[], $12::boolean[], $13::boolean[], $14::int[], $19::text[])
      WITH ORDINALITY AS t (job_id, run, computer_id, attempt, seq, status, reason, message, exit_code,
                            first_at, at, evidenced, after_final, overruling_seq, again, n)
  ),
  details AS MATERIALIZED (
    SELECT * FROM unnest($15::int[], $16::jsonb[], $17::text[], $18::text[]) AS t (n, steps, log_tail, evidence)
  ),
  current AS MATERIALIZED (
    SELECT e.job_id, e.run, e.computer_id, e.wave, e.attempt, (e.attempt + e.attempts - 1) / e.attempts * e.attempts AS last_attempt, e.seq, e.status, e.final_status, e.presumed,
           e.reason, e.message, e.exit_code, e.started_at, e.finished_at
    FROM executions e
    JOIN (SELECT DISTINCT job_id, run, computer_id FROM input) AS wanted USING (job_id, run, computer_id)
    ORDER BY e.job_id, e.run, e.computer_id
    FOR NO KEY UPDATE OF e
  ),
  judged_current AS MATERIALIZED (
    -- the state before comes along: joining it again, row by row, doubled the cost of a batch
    SELECT i.*, c.status AS was, c.wave, c.attempt AS was_attempt, c.seq AS was_seq, c.presumed AS was_presumed, c.reason AS was_reason,
      c.message AS was_message, c.exit_code AS was_exit_code, c.started_at AS was_started_at, c.finished_at AS was_finished_at,
      -- the computer tries again, unless the server has closed it meanwhile
      i.again IS NOT NULL AND i.attempt < c.last_attempt AND c.final_status IS NULL AS goes_on,
      CASE
        WHEN c.job_id IS NULL THEN 'noExecution'
        WHEN i.attempt > c.last_attempt THEN 'unknownAttempt'
        WHEN i.attempt > c.attempt THEN ${judgeFurther}
        WHEN i.attempt < c.attempt THEN 'past'
        ELSE ${judgeWithin('c', 'apply')}
      END AS verdict
    FROM input i LEFT JOIN current c USING (job_id, run, computer_id)
  ),
  judged_past AS MATERIALIZED (
    SELECT i.*, CASE WHEN p.job_id IS NULL THEN 'unknownAttempt' ELSE ${judgeWithin('p', 'history')} END AS past_verdict
    FROM judged_current i
    LEFT JOIN LATERAL (
      SELECT p.job_id, p.seq, p.presumed, ${pastFinal} AS final_status
      FROM past_attempts p
      WHERE p.job_id = i.job_id AND p.run = i.run AND p.computer_id = i.computer_id AND p.attempt = i.attempt
    ) AS p ON true
    WHERE i.verdict = 'past'
  ),
  applied AS MATERIALIZED (
    SELECT *, CASE WHEN goes_on THEN 'waiting' ELSE status END AS became FROM judged_current WHERE verdict = 'apply'
  ),
  updated AS (
    UPDATE executions e
    SET seq = a.seq, status = a.status, reason = a.reason, message = a.message, exit_code = a.exit_code, presumed = false,
        attempt = a.attempt, started_at = coalesce(CASE WHEN a.attempt = a.was_attempt THEN e.started_at END, a.first_at, a.at),
        working_since = CASE WHEN a.status IN ${WORKING} THEN coalesce(CASE WHEN a.attempt = a.was_attempt THEN e.working_since END, now()) END,
        updated_at = now(), finished_at = CASE WHEN a.status IN (${list(FINAL_STATUSES)}) THEN a.at END
    FROM applied a
    WHERE NOT a.goes_on AND e.job_id = a.job_id AND e.run = a.run AND e.computer_id = a.computer_id
  ),
  went_on AS (
    UPDATE executions e
    SET attempt = a.attempt + 1, seq = 0, status = 'waiting', reason = 'retry', message = a.again, exit_code = NULL, presumed = false,
        started_at = NULL, working_since = NULL, updated_at = now(), finished_at = NULL
    FROM applied a
    WHERE a.goes_on AND e.job_id = a.job_id AND e.run = a.run AND e.computer_id = a.computer_id
  ),
  left_behind AS (
    INSERT INTO past_attempts
      (job_id, run, computer_id, attempt, seq, presumed, status, reason, message, exit_code, started_at, finished_at)
    -- how far the attempt had come of which no more was heard before the next one
    SELECT job_id, run, computer_id, was_attempt, was_seq, was_presumed, was, was_reason, was_message, was_exit_code, was_started_at, was_finished_at
    FROM applied WHERE attempt > was_attempt
    UNION ALL
    -- attempts between of which nothing was heard yet
    SELECT job_id, run, computer_id, missed, 0, false, 'waiting', 'retry', NULL, NULL, NULL, NULL
    FROM applied a, generate_series(a.was_attempt + 1, a.attempt - 1) AS missed WHERE a.attempt > a.was_attempt + 1
    UNION ALL
    SELECT job_id, run, computer_id, attempt, seq, false, status, reason, message, exit_code,
      coalesce(CASE WHEN attempt = was_attempt THEN was_started_at END, first_at, at), at
    FROM applied WHERE goes_on
    ON CONFLICT DO NOTHING
  ),
  remembered AS (
    UPDATE past_attempts p
    SET seq = i.seq, status = i.status, reason = i.reason, message = i.message, exit_code = i.exit_code, presumed = false,
        started_at = coalesce(p.started_at, i.first_at, i.at),
        finished_at = CASE WHEN i.status IN (${list(FINAL_STATUSES)}) THEN i.at END
    FROM judged_past i
    WHERE i.past_verdict = 'history' AND i.seq > p.seq AND (p.presumed OR p.status NOT IN (${list(FINAL_STATUSES)}))
      AND p.job_id = i.job_id AND p.run = i.run AND p.computer_id = i.computer_id AND p.attempt = i.attempt
  ),
  detailed AS (
    INSERT INTO attempt_details AS d (job_id, run, computer_id, attempt, seq, steps, log_tail, evidence)
    SELECT job_id, run, computer_id, attempt, seq, steps, log_tail, evidence
    FROM (
      SELECT job_id, run, computer_id, attempt, seq, n FROM judged_current WHERE verdict IN ('apply', 'ignore')
      UNION ALL
      SELECT job_id, run, computer_id, attempt, seq, n FROM judged_past WHERE past_verdict IN ('history', 'ignore')
    ) AS known
    JOIN details USING (n)
    ORDER BY job_id, run, computer_id, attempt
    -- newer details win, older ones fill what is missing; a replay finds nothing to do
    ON CONFLICT (job_id, run, computer_id, attempt) DO UPDATE
    SET seq = greatest(d.seq, excluded.seq),
        steps = CASE WHEN excluded.seq > d.seq THEN coalesce(excluded.steps, d.steps) ELSE coalesce(d.steps, excluded.steps) END,
        log_tail = CASE WHEN excluded.seq > d.seq THEN coalesce(excluded.log_tail, d.log_tail) ELSE coalesce(d.log_tail, excluded.log_tail) END,
        evidence = CASE WHEN excluded.seq > d.seq THEN coalesce(excluded.evidence, d.evidence) ELSE coalesce(d.evidence, excluded.evidence) END
    WHERE excluded.seq > d.seq
       OR (d.steps IS NULL AND excluded.steps IS NOT NULL)
       OR (d.log_tail IS NULL AND excluded.log_tail IS NOT NULL)
       OR (d.evidence IS NULL AND excluded.evidence IS NOT NULL)
  ),
  counted AS (${moveCounters('applied')}),
  marked AS (${markChanged('applied')}),
  ended AS (${noteEnded('applied')})
  SELECT n::int AS n, verdict AS kind FROM judged_current WHERE verdict NOT IN ('apply', 'ignore', 'past')
  UNION ALL
  SELECT n::int, past_verdict FROM judged_past WHERE past_verdict NOT IN ('history', 'ignore')`;

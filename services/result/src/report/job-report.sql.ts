import { FAILED_STATUSES, FINAL_STATUSES } from '@waybill/contracts';

/** Sites, and platforms, in one report at most: an attribute that is different on every computer tells nothing. */
export const MAX_SLICES = 1000;
export const MAX_REASONS = 20;

const list = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(', ');
const SLICE = `
  sum(n)::int AS total,
  coalesce(sum(n) FILTER (WHERE status IN (${list(FINAL_STATUSES)})), 0)::int AS finished,
  coalesce(sum(n) FILTER (WHERE status = 'succeeded'), 0)::int AS succeeded,
  coalesce(sum(n) FILTER (WHERE status IN (${list(FAILED_STATUSES)})), 0)::int AS failed`;

/** One list: rows of `from` by `key`, the most first. `left_out` is the same in each row. */
function slices(section: string, key: string, from: string): string {
  return `
    (SELECT '${section}' AS section, ${key} AS key, NULL::text AS status, NULL::float8 AS exit_code, ${SLICE},
       greatest(count(*) OVER () - ${MAX_SLICES}, 0)::int AS left_out
     FROM ${from} GROUP BY ${key} ORDER BY sum(n) DESC, ${key} LIMIT ${MAX_SLICES})`;
}

/**
 * Everything that is counted: $1 job, $2 run. The executions are read once and become a few thousand cells at most, of which all lists are
 * made. Of 300,000 executions: see docs/adr/0015-report.md.
 */
export const CELLS_SQL = `
  WITH cell AS MATERIALIZED (
    SELECT profile, wave, status, reason, exit_code::float8 AS exit_code, count(*) AS n
    FROM executions WHERE job_id = $1 AND run = $2
    GROUP BY profile, wave, status, reason, exit_code
  ),
  kind AS MATERIALIZED (SELECT profile, status, sum(n) AS n FROM cell GROUP BY profile, status),
  profiled AS MATERIALIZED (
    SELECT p.platform, p.site, p.groups, k.status, k.n
    FROM kind k LEFT JOIN run_profiles p ON p.job_id = $1 AND p.run = $2 AND p.id = k.profile
  ),
  grouped AS (
    SELECT reach.groups[member.position + 1] AS name, k.status, k.n
    FROM profiled k
    LEFT JOIN LATERAL unnest(k.groups) AS member (position) ON true
    LEFT JOIN job_reach reach ON reach.job_id = $1
  )
  ${slices('platform', 'platform', 'profiled')}
  UNION ALL ${slices('site', 'site', 'profiled')}
  UNION ALL ${slices('group', 'name', 'grouped')}
  UNION ALL ${slices('wave', 'wave::text', 'cell')}
  UNION ALL
    (SELECT 'status', status, status, NULL, ${SLICE}, 0 FROM kind GROUP BY status)
  UNION ALL
    (SELECT 'reason', reason, status, exit_code, ${SLICE}, greatest(count(*) OVER () - ${MAX_REASONS}, 0)::int
     FROM cell WHERE reason IS NOT NULL
     GROUP BY reason, status, exit_code ORDER BY sum(n) DESC, reason, status, exit_code LIMIT ${MAX_REASONS})`;

/**
 * $1 job, $2 run. The two clocks of a duration may differ, the server's and the computer's: none is below zero. What was canceled, expired or
 * presumed to have timed out says nothing of how long the work takes.
 */
export const DURATIONS_SQL = `
  WITH timed AS (
    SELECT greatest(extract(epoch FROM finished_at - queued_at), 0)::float8 AS whole,
      greatest(extract(epoch FROM finished_at - started_at), 0)::float8 AS work
    FROM executions WHERE job_id = $1 AND run = $2 AND final_status IN ('succeeded', 'failed') AND finished_at IS NOT NULL
  )
  SELECT count(whole)::int AS "wholeCount", percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY whole) AS "whole",
    count(work)::int AS "workCount", percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY work) AS "work"
  FROM timed`;

/** $1 job. */
export const NEWEST_RUN_SQL = 'SELECT max(run) AS run FROM runs WHERE job_id = $1';

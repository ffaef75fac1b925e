/** One moment for all pages, cut to milliseconds as it travels. */
export const MOMENT = `SELECT date_trunc('milliseconds', clock_timestamp()) AS "resolvedAt"`;

/**
 * For the transaction of a page that no condition narrows down: its rows are read in the order of the primary key. Of a group that has just been filled the
 * planner knows nothing yet, takes it for small and sorts all that is left of it for each page: 300,000 computers, 60 pages, took 10 s more.
 */
export const IN_ORDER = `SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', 'off', true)`;

/** Characters of a site that reports tell apart. */
const MAX_SITE = 200;

/**
 * One page of targets in ascending id. Each group gives its next members from the primary key (group, computer), so a page costs
 * about `limit` rows per group wherever it is; exclusions are taken out before the limit, or pages would come out short.
 *
 * $1 groups, $2 computers, $3 excluded groups, $4 excluded computers, $5 after (null: from the start), $6 resolvedAt, $7 limit,
 * `condition` is what the computers `c` have to fit; `filterOnly`: nobody is named, whoever fits is meant.
 * $8 names of guarded groups, $9 computers that alone are looked at (null: all are).
 * A page without targets is one row without a computer: the groups that are gone are told in any case, and by the same snapshot, so that
 * nobody can be found while an exclusion is being deleted.
 * Of the groups that a computer of the page is in none is missing: in each of them it is among the next `limit` members too.
 * Who joined later is no target. Who left meanwhile, or joined an excluded group, is none either: exclusions always win.
 */
export function pageSql(condition: string | null, filterOnly: boolean): string {
  const fits = condition === null ? '' : ` AND ${condition}`;
  return `
WITH candidates AS (
  SELECT m.computer_id, (wanted.position - 1)::smallint AS position
  FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted(group_id, position)
  CROSS JOIN LATERAL (
    SELECT m.computer_id FROM memberships m${condition === null ? '' : ' JOIN computers c ON c.id = m.computer_id'}
    WHERE m.group_id = wanted.group_id AND m.member_since <= $6::timestamptz AND ($5::uuid IS NULL OR m.computer_id > $5::uuid)
      AND NOT (m.computer_id = ANY($4::uuid[])) AND ($9::uuid[] IS NULL OR m.computer_id = ANY($9::uuid[]))${fits}
      AND NOT EXISTS (SELECT 1 FROM memberships x WHERE x.computer_id = m.computer_id AND x.group_id = ANY($3::uuid[]))
    ORDER BY m.computer_id LIMIT $7
  ) m
  UNION ALL
  (SELECT c.id, NULL FROM computers c
   WHERE ${filterOnly ? `cardinality($2::uuid[]) = 0${fits}` : `c.id = ANY($2::uuid[])${fits}`} AND ($5::uuid IS NULL OR c.id > $5::uuid)
     AND NOT (c.id = ANY($4::uuid[])) AND ($9::uuid[] IS NULL OR c.id = ANY($9::uuid[]))
     AND NOT EXISTS (SELECT 1 FROM memberships x WHERE x.computer_id = c.id AND x.group_id = ANY($3::uuid[]))
   ORDER BY c.id LIMIT $7)
), page AS (
  SELECT computer_id, array_agg(position) FILTER (WHERE position IS NOT NULL) AS groups FROM candidates GROUP BY computer_id ORDER BY computer_id LIMIT $7
)
SELECT gone.ids AS "unknownGroupIds", gone.reached AS "reachedGuarded", c.id AS "computerId", c.name, c.online, c.last_seen_at AS "lastSeenAt",
  nullif(concat_ws('/', c.os, c.arch, c.distribution), '') AS platform, left(c.attributes->>'site', ${MAX_SITE}) AS site,
  coalesce(page.groups, '{}') AS groups
FROM (
  SELECT ARRAY(
    SELECT DISTINCT named.id FROM unnest($1::uuid[] || $3::uuid[]) AS named(id)
    WHERE NOT EXISTS (SELECT 1 FROM groups g WHERE g.id = named.id)
  ) AS ids,
  ARRAY(
    SELECT g.name FROM groups g
    WHERE g.name = ANY($8::text[])
      AND EXISTS (SELECT 1 FROM page JOIN memberships r ON r.computer_id = page.computer_id AND r.group_id = g.id)
    ORDER BY g.name
  ) AS reached
) gone
LEFT JOIN (page JOIN computers c ON c.id = page.computer_id) ON true ORDER BY c.id`;
}

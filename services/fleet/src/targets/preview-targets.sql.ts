/**
 * $1 groups, $2 computers, $3 excluded groups, $4 excluded computers. Exclusions always win.
 * @param condition what the computers `c` have to fit, null: nothing
 * @param filterOnly nobody is named, whoever fits is meant
 */
function targets(condition: string | null, filterOnly: boolean): string {
  const wanted = filterOnly
    ? // the types of both have to be known, though they are empty
      'SELECT c.id FROM computers c WHERE cardinality($1::uuid[]) + cardinality($2::uuid[]) = 0'
    : 'SELECT m.computer_id AS id FROM memberships m WHERE m.group_id = ANY($1::uuid[]) UNION SELECT unnest($2::uuid[])';
  return `
  SELECT c.* FROM (${wanted}) AS wanted JOIN computers c ON c.id = wanted.id
  WHERE NOT (wanted.id = ANY($4::uuid[]))${condition === null ? '' : ` AND ${condition}`}
    AND NOT EXISTS (SELECT 1 FROM memberships x WHERE x.computer_id = wanted.id AND x.group_id = ANY($3::uuid[]))`;
}

export function platformsSql(condition: string | null, filterOnly: boolean): string {
  return `
  SELECT t.os, t.arch, t.distribution, count(*)::int AS computers, count(*) FILTER (WHERE NOT t.online)::int AS offline
  FROM (${targets(condition, filterOnly)}) AS t
  GROUP BY t.os, t.arch, t.distribution ORDER BY count(*) DESC, t.os, t.arch, t.distribution`;
}

/** $5 names of groups. */
export function guardedSql(condition: string | null, filterOnly: boolean): string {
  return `
  SELECT g.name FROM groups g WHERE g.name = ANY($5::text[])
    AND EXISTS (SELECT 1 FROM (${targets(condition, filterOnly)}) AS t JOIN memberships r ON r.computer_id = t.id AND r.group_id = g.id)
  ORDER BY g.name`;
}

export const FLEET = 'SELECT count(*)::int AS fleet FROM computers';

/** $1 groups, $2 computers, $3 excluded groups, $4 excluded computers. Exclusions always win. */
const TARGETS = `
  SELECT wanted.id FROM (
    SELECT m.computer_id AS id FROM memberships m WHERE m.group_id = ANY($1::uuid[])
    UNION
    SELECT unnest($2::uuid[])
  ) AS wanted
  WHERE NOT (wanted.id = ANY($4::uuid[]))
    AND NOT EXISTS (SELECT 1 FROM memberships x WHERE x.computer_id = wanted.id AND x.group_id = ANY($3::uuid[]))`;

export const PLATFORMS = `
  SELECT c.os, c.arch, c.distribution, count(*)::int AS computers, count(*) FILTER (WHERE NOT c.online)::int AS offline
  FROM (${TARGETS}) AS targets JOIN computers c ON c.id = targets.id
  GROUP BY c.os, c.arch, c.distribution ORDER BY count(*) DESC, c.os, c.arch, c.distribution`;

/** $5 names of groups. */
export const GUARDED = `
  SELECT g.name FROM groups g WHERE g.name = ANY($5::text[])
    AND EXISTS (SELECT 1 FROM (${TARGETS}) AS targets JOIN memberships r ON r.computer_id = targets.id AND r.group_id = g.id)
  ORDER BY g.name`;

/** The group whose windows hold for the group `g`: itself, or the nearest one above it by its name (`emea` for `emea/accounting`). */
export const holding = (column: string) => `
  SELECT ${column} FROM groups a WHERE a.windows IS NOT NULL AND (a.name = g.name OR starts_with(g.name, a.name || '/'))
  ORDER BY length(a.name) DESC LIMIT 1`;

/** Windows of the groups of a computer. $1 computer. */
export const WINDOWS_OF_COMPUTER = `
SELECT DISTINCT ON (w.name) w.name AS group, w.windows->>'zone' AS zone, w.windows->'intervals' AS intervals
FROM memberships m JOIN groups g ON g.id = m.group_id CROSS JOIN LATERAL (${holding('a.name, a.windows')}) w
WHERE m.computer_id = $1 ORDER BY w.name`;

/** Groups `g` that have the windows of $1: below it by name, without their own, and nothing nearer has any. */
const HEIRS = `starts_with(g.name, $1 || '/') AND g.windows IS NULL AND NOT EXISTS (
  SELECT 1 FROM groups nearer WHERE nearer.windows IS NOT NULL
    AND starts_with(nearer.name, $1 || '/') AND starts_with(g.name, nearer.name || '/'))`;

/** Names of the groups below $1 that have its windows. */
export const HEIR_NAMES = `SELECT g.name FROM groups g WHERE ${HEIRS}`;

/** Computers for which the windows of a group hold. $1 name, $2 limit. */
export const COMPUTERS_CONCERNED = `
SELECT DISTINCT m.computer_id AS id FROM groups g JOIN memberships m ON m.group_id = g.id
WHERE g.name = $1 OR (${HEIRS}) ORDER BY m.computer_id LIMIT $2`;

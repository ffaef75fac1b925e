/** The group whose windows hold for the group `g`: itself, or the nearest one above it by its name (`emea` for `emea/accounting`). */
export const holding = (column: string) => `
  SELECT ${column} FROM groups a WHERE a.windows IS NOT NULL AND (a.name = g.name OR starts_with(g.name, a.name || '/'))
  ORDER BY length(a.name) DESC LIMIT 1`;

/** Windows of the groups of a computer. $1 computer. */
export const WINDOWS_OF_COMPUTER = `
SELECT DISTINCT ON (w.name) w.name AS group, w.windows->>'zone' AS zone, w.windows->'intervals' AS intervals
FROM memberships m JOIN groups g ON g.id = m.group_id CROSS JOIN LATERAL (${holding('a.name, a.windows')}) w
WHERE m.computer_id = $1 ORDER BY w.name`;

/** Computers in a group or below it, by its name, a page at a time. $1 name, $2 after that id, $3 limit. */
export const COMPUTERS_BELOW = `
SELECT DISTINCT m.computer_id AS id FROM groups g JOIN memberships m ON m.group_id = g.id
WHERE (g.name = $1 OR starts_with(g.name, $1 || '/')) AND ($2::uuid IS NULL OR m.computer_id > $2)
ORDER BY m.computer_id LIMIT $3`;

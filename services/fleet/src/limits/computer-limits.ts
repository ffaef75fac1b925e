import { type Permission, notFound } from '@waybill/contracts';
import { beyondLimits, type SqlExecutor } from '@waybill/messaging';
import { permittedGroups } from './group-limits.js';

/** Condition of lists of `computers c`: a member of one of the groups in `$1`; null there means all computers. */
export const VISIBLE_COMPUTER = `($1::text[] IS NULL OR EXISTS (
  SELECT 1 FROM memberships lm JOIN groups lg ON lg.id = lm.group_id WHERE lm.computer_id = c.id AND lg.name = ANY($1)))`;

// A computer without a group is nobody's but theirs who have all.
const STANDING = `
SELECT asked.id,
  coalesce(bool_or(g.name = ANY($2::text[])), false) AS visible,
  coalesce(bool_and(g.name = ANY($3::text[])), false) AS own
FROM unnest($1::uuid[]) AS asked(id)
LEFT JOIN memberships m ON m.computer_id = asked.id LEFT JOIN groups g ON g.id = m.group_id
GROUP BY asked.id ORDER BY asked.id`;

/** A computer is seen by who may see one of its groups. @throws WaybillError notFound `computer.notFound` */
export async function demandVisible(sql: SqlExecutor, id: string): Promise<void> {
  const visible = permittedGroups('computers.read');
  if (visible === null) return;
  const [row] = (await sql.query(STANDING, [[id], visible, []])) as { visible: boolean }[];
  if (!row?.visible) throw notFound('computer.notFound', `There is no computer ${id}.`);
}

/**
 * Computers are changed by who has the permission in all of their groups: others would notice.
 * @throws WaybillError notFound `computer.notFound`; forbidden `permission.limited`
 */
export async function demandOwn(sql: SqlExecutor, ids: readonly string[], permission: Permission): Promise<void> {
  const own = permittedGroups(permission);
  if (own === null) return;
  const visible = permittedGroups('computers.read') ?? own;
  const rows = (await sql.query(STANDING, [ids, visible, own])) as { id: string; visible: boolean; own: boolean }[];
  const hidden = rows.find((row) => !row.visible);
  if (hidden) throw notFound('computer.notFound', `There is no computer ${hidden.id}; nothing was changed.`);
  const foreign = rows.find((row) => !row.own);
  if (foreign) throw beyondLimits(permission, `computer ${foreign.id}, which is in other groups too`);
}

import type { SqlExecutor } from '@waybill/messaging';
import { demandAllGroups, permittedGroups } from '../limits/group-limits.js';
import { HEIR_NAMES } from './windows.sql.js';

/** Whoever changes the windows of a group changes those of the groups below that have none of their own. @throws WaybillError forbidden `permission.limited` */
export async function demandHeirs(sql: SqlExecutor, name: string): Promise<void> {
  const own = permittedGroups('groups.write');
  if (own === null) return;
  const heirs = (await sql.query(HEIR_NAMES, [name])) as { name: string }[];
  if (heirs.some((heir) => !own.includes(heir.name)))
    demandAllGroups('groups.write', `the groups below "${name}", which have its windows`);
}

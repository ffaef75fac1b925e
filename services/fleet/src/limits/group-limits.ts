import { groupsWithin, type Permission } from '@waybill/contracts';
import { beyondLimits, requestLimits } from '@waybill/messaging';

/** Names of the groups in which who asks has a permission; null: all, and every computer. */
export function permittedGroups(permission: Permission): string[] | null {
  return groupsWithin(requestLimits(permission));
}

/**
 * What who asks may not see is not there, what they may only see is refused.
 * @param missing what is thrown for a group that is not there
 * @throws WaybillError forbidden `permission.limited`
 */
export function demandGroup(name: string, permission: Permission, missing: () => never): void {
  if (holds(permission, name)) return;
  if (!holds('groups.read', name)) missing();
  throw beyondLimits(permission, `the group "${name}"`);
}

/** For what concerns more than some groups. @throws WaybillError forbidden `permission.limited` */
export function demandAllGroups(permission: Permission, what: string): void {
  if (permittedGroups(permission) !== null) throw beyondLimits(permission, what);
}

function holds(permission: Permission, name: string): boolean {
  return permittedGroups(permission)?.includes(name) ?? true;
}

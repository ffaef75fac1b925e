import { categoriesWithin, type Permission } from '@waybill/contracts';
import { beyondLimits, requestLimits } from '@waybill/messaging';
import type { EntityManager } from 'typeorm';

/** Category of the package of a version; null for a package without one, undefined when there is none. */
const CATEGORY = 'SELECT category FROM packages WHERE name = $1';

/** Categories in which who asks has a permission; null: all. */
export function permittedCategories(permission: Permission): string[] | null {
  return categoriesWithin(requestLimits(permission));
}

/**
 * Keeps who asks to the categories of their grants: what they may not see is not there, what they may only see is refused.
 * @param missing what is thrown for something that is not there
 * @throws WaybillError forbidden `permission.limited`
 */
export function demandCategory(category: string | null, permission: Permission, missing: () => never): void {
  if (holds(permission, category)) return;
  if (!holds('packages.read', category)) missing();
  throw beyondLimits(permission, categoryWords(category));
}

/** The same for a category that who asks has just named. @throws WaybillError forbidden `permission.limited` */
export function demandNewCategory(category: string | null | undefined, permission: Permission): void {
  if (!holds(permission, category ?? null))
    throw beyondLimits(permission, categoryWords(category ?? null), '/category');
}

/** For versions and what belongs to them; costs nothing where no grant is limited. */
export async function demandPackage(
  manager: EntityManager,
  name: string,
  permission: Permission,
  missing: () => never,
): Promise<void> {
  if (permittedCategories(permission) === null) return;
  const [row] = await manager.query<{ category: string | null }[]>(CATEGORY, [name]);
  if (row) demandCategory(row.category, permission, missing);
}

function holds(permission: Permission, category: string | null): boolean {
  const permitted = permittedCategories(permission);
  return permitted === null || (category !== null && permitted.includes(category));
}

function categoryWords(category: string | null): string {
  return category === null ? 'packages without a category' : `the category "${category}"`;
}

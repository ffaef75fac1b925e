import type { Actor, Grant } from './actor.js';
import { type Permission, ROLE_PERMISSIONS, UNLIMITED_ONLY } from './permissions.js';

/** The grants by which an actor has a permission; none means that it has it nowhere. */
export function grantsFor({ grants, scopes }: Pick<Actor, 'grants' | 'scopes'>, permission: Permission): Grant[] {
  if (scopes && !scopes.includes(permission)) return [];
  const everywhere = UNLIMITED_ONLY.includes(permission);
  return grants.filter(
    ({ role, groups, categories }) =>
      ROLE_PERMISSIONS[role].includes(permission) && !(everywhere && (groups ?? categories)),
  );
}

/** Has the actor this permission somewhere? Where exactly is for the service that owns the thing to decide. */
export function allows(actor: Pick<Actor, 'grants' | 'scopes'>, permission: Permission): boolean {
  return grantsFor(actor, permission).length > 0;
}

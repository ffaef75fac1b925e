import type { Actor, Grant } from './actor.js';
import { type Permission, ROLE_PERMISSIONS } from './permissions.js';

/** The grants by which an actor has a permission; none means that it has it nowhere. */
export function grantsFor({ grants, scopes }: Pick<Actor, 'grants' | 'scopes'>, permission: Permission): Grant[] {
  if (scopes && !scopes.includes(permission)) return [];
  return grants.filter(({ role }) => ROLE_PERMISSIONS[role].includes(permission));
}

/** Has the actor this permission somewhere? Where exactly is for the service that owns the thing to decide. */
export function allows(actor: Pick<Actor, 'grants' | 'scopes'>, permission: Permission): boolean {
  return grantsFor(actor, permission).length > 0;
}

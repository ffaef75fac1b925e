import { type Actor, allows, type RpcAccess, RPC_ACCESS, type RpcPattern, WaybillError } from '@waybill/contracts';
import type { IncomingMessage } from '../server/incoming-message.js';
import { ACTOR_HEADER } from './actor-token.js';
import type { ActorVerifier } from './actor-verifier.js';
import { isAccountOf } from './service-account.js';

/**
 * Who a request is made by: the actor that the gateway vouches for when it has the pattern's permission, or a service that may
 * ask in its own name, known by the account that the broker checked.
 * @param vhostPrefix installations that share a broker may put it before their accounts' names
 * @throws WaybillError forbidden `actor.required`, `actor.invalid`, `permission.required`
 */
export async function authorize(message: IncomingMessage, actors: ActorVerifier, vhostPrefix: string): Promise<Actor> {
  const pattern = message.type ?? '';
  const access: RpcAccess = RPC_ACCESS[pattern as RpcPattern] ?? {};
  const token = message.headers[ACTOR_HEADER];
  if (token === undefined) return serviceActor(message.userId, access, vhostPrefix);
  const actor = await actors.verify(token, pattern, message.content);
  if (!access.permission || !allows(actor, access.permission)) throw permissionRequired(access.permission ?? pattern);
  return actor;
}

function serviceActor(userId: string | null, { services = [] }: RpcAccess, vhostPrefix: string): Actor {
  const name = services.find((service) => isAccountOf(service, userId, vhostPrefix));
  if (!name) {
    const detail = 'The request does not say, in a way that can be checked, who makes it. Nothing was done.';
    throw new WaybillError('forbidden', 'actor.required', detail);
  }
  return { kind: 'service', id: name, name, grants: [], requestId: null, address: null };
}

/** One sentence for gateway and services alike. */
export function permissionRequired(permission: string): WaybillError {
  return new WaybillError(
    'forbidden',
    'permission.required',
    `This needs the permission ${permission}, which none of your roles gives. An administrator can grant a role that does.`,
  );
}

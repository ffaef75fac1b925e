import { AsyncLocalStorage } from 'node:async_hooks';
import { type Actor, WaybillError } from '@waybill/contracts';

const actors = new AsyncLocalStorage<Actor>();

/** Does the work in the name of the actor: everything that it calls and awaits sees {@link currentActor}. */
export function runAs<T>(actor: Actor, work: () => T): T {
  return actors.run(actor, work);
}

/** Who the request in hand was made by; null where nobody asked, as in timers and events. */
export function currentActor(): Actor | null {
  return actors.getStore() ?? null;
}

/** The same where there always is one: in handlers of requests. @throws WaybillError forbidden `actor.required` */
export function requestActor(): Actor {
  const actor = currentActor();
  if (!actor) throw new WaybillError('forbidden', 'actor.required', 'Nobody is known to have asked for this.');
  return actor;
}

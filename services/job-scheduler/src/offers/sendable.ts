import { conflict } from '@waybill/contracts';
import type { Obstacle } from '../rollout/decide-rollout.js';
import type { Offer } from './offer.js';

/** @throws WaybillError conflict `offer.notSendable` when its version was withdrawn, or nobody vouches for it */
export function demandSendable({ package: name, version }: Offer, { withdrawn, untrusted }: Obstacle): void {
  if (withdrawn) throw conflict('offer.notSendable', `Version ${version} of ${name} has been withdrawn.`);
  if (untrusted !== null) throw conflict('offer.notSendable', `It cannot be installed now: ${untrusted}.`);
}

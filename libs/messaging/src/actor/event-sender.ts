import type { ServiceName } from '@waybill/contracts';
import { PUBLISHES } from '../topology/broker-accounts.js';
import { isAccountOf } from './service-account.js';

/**
 * Whether an event came from a service that says such things, known by the account that the broker checked. Rights on the exchange alone do
 * not tell: whoever may publish to any exchange that a queue is bound to, the default one included, could put an event there.
 * @param userId null when the message names no account
 */
export function isSender(userId: string | null, type: string, vhostPrefix: string): boolean {
  return eventSenders(type).some((service) => isAccountOf(service, userId, vhostPrefix));
}

/** The services that publish an event. */
export function eventSenders(type: string): ServiceName[] {
  return (Object.keys(PUBLISHES) as ServiceName[]).filter((service) => PUBLISHES[service].includes(type));
}

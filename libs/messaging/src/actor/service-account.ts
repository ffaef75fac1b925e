import type { ServiceName } from '@waybill/contracts';

/** @param vhostPrefix installations that share a broker may put it before their accounts' names */
export function isAccountOf(service: ServiceName, userId: string | null, vhostPrefix: string): boolean {
  return userId === service || userId === vhostPrefix + service;
}

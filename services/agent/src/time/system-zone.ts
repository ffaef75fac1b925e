import { isKnownZone } from '@waybill/contracts/agent';

/**
 * IANA name of the zone that this computer has at this moment: `TZ` where it is set, else the system's. UTC when it has none that is known here.
 *
 * JavaScript keeps the zone of the process's start. Deleting the variable makes Node look again (also when it is not set), so that somebody who
 * moves the computer to another zone need not restart the agent.
 */
export function systemZone(): string {
  if (process.env['TZ'] === undefined) delete process.env['TZ'];
  // undefined for a `TZ` that is no IANA name, whatever the types say
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone as string | undefined;
  return zone !== undefined && isKnownZone(zone) ? zone : 'UTC';
}

import { type ExecuteCommand, instantOf, zoneOffset } from '@waybill/contracts/agent';

/** A moment and how a person on this computer reads it. */
export interface Moment {
  /** milliseconds since the epoch */
  at: number;
  /** `2026-09-01 09:00 Asia/Tokyo`, or as the command says it */
  words: string;
}

/** What a command's times mean on one computer; null: no moment to wait for. */
export interface CommandMoments {
  startsAt: Moment | null;
  installsAt: Moment | null;
  /** from then on nothing begins */
  expiresAt: Moment;
}

export type CommandTimes = Pick<ExecuteCommand, 'installAt' | 'local' | 'expiresAt'>;

/**
 * Reads the times of a command; those by the computer's own clock as RFC 5545 reads skipped and repeated ones, see `instantAt`.
 * @param zone IANA name of the computer's zone; asked only when the command goes by it
 */
export function momentsOf({ installAt, local, expiresAt }: CommandTimes, zone: () => string): CommandMoments {
  const end = asSaid(expiresAt);
  if (!local) return { startsAt: null, installsAt: installAt === undefined ? null : asSaid(installAt), expiresAt: end };
  const here = zone();
  const own = (text: string | undefined) => (text === undefined ? null : inZone(text, here));
  const ownEnd = own(local.expiresAt);
  return {
    startsAt: own(local.startAt),
    installsAt: own(local.installAt),
    // the command itself is valid until the last zone has expired
    expiresAt: ownEnd && ownEnd.at < end.at ? ownEnd : end,
  };
}

function asSaid(text: string): Moment {
  return { at: Date.parse(text), words: text };
}

function inZone(text: string, zone: string): Moment {
  const at = instantOf(text, zone)!.getTime();
  // what the clock shows then: 03:30 for a 02:30 that is skipped
  const shown = new Date(at + zoneOffset(zone, at)).toISOString();
  const clock = shown.slice(17, 19) === '00' ? shown.slice(11, 16) : shown.slice(11, 19);
  return { at, words: `${shown.slice(0, 10)} ${clock} ${zone}` };
}

import { instantOf, LOCAL_ZONE, wallOf } from '@waybill/contracts';
import type { Job } from './job.js';

const HOUR_MS = 3_600_000;
/** Offsets of the zones that reach a time of the day first and last; kept since 1995 and not undercut by any daylight saving. */
const FIRST_ZONE_MS = 14 * HOUR_MS;
const LAST_ZONE_MS = -12 * HOUR_MS;

/** When the first computer reaches a date and time: in `zone`, or in UTC+14 when it is each computer's own. Null when there is no such time. */
export function firstAt(text: string, zone: string): Date | null {
  return zone === LOCAL_ZONE ? atOffset(text, FIRST_ZONE_MS) : instantOf(text, zone);
}

/** When the last computer has reached it: in `zone`, or in UTC-12 when it is each computer's own. Null when there is no such time. */
export function lastAt(text: string, zone: string): Date | null {
  return zone === LOCAL_ZONE ? atOffset(text, LAST_ZONE_MS) : instantOf(text, zone);
}

/** When the last computer that goes by its own clock begins what the job is for; null for a job in one zone, or that begins at once. */
export function beginsLast({ zone, startAt, installAt }: Pick<Job, 'zone' | 'startAt' | 'installAt'>): Date | null {
  const begins = installAt ?? startAt;
  return zone === LOCAL_ZONE && begins !== null ? lastAt(begins, zone) : null;
}

function atOffset(text: string, offsetMs: number): Date | null {
  const wall = wallOf(text);
  return wall === null ? null : new Date(wall - offsetMs);
}

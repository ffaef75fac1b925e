import { instantAt, isKnownZone, zoneOffset } from '../time/wall-clock.js';

/** As in RFC 5545. */
export const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** From a time of day to a later one, or to one of the next day when it is not later. */
export interface WeeklyInterval {
  /** days on which it begins */
  days: readonly Weekday[];
  /** `HH:MM` */
  from: string;
  /** `HH:MM`, up to `24:00` */
  to: string;
}

/** When computers of a group may be changed. */
export interface GroupWindows {
  /** name of the group that they were written for */
  group: string;
  /** IANA name */
  zone: string;
  intervals: readonly WeeklyInterval[];
}

/** Closed until then; or null when it is never opened. */
export interface Closed {
  group: string;
  zone: string;
  /** milliseconds since the epoch */
  opensAt: number | null;
  /** `Sunday 02:00`, by the clock of the zone */
  words: string;
}

const DAY_MS = 86_400_000;
/** A week and what a change of the clocks may move. */
const DAYS_AHEAD = 8;
const NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/**
 * Whether one of the windows is open, and if none is, which opens next. Without windows it always is.
 * @param now milliseconds since the epoch
 * @returns null when it is open
 */
export function closedAt(windows: readonly GroupWindows[], now: number): Closed | null {
  let next: Closed | null = null;
  for (const { group, zone, intervals } of windows) {
    next ??= { group, zone, opensAt: null, words: 'never' };
    // a zone that a newer server knows: better never than at the wrong time
    if (!isKnownZone(zone)) continue;
    for (const { days, from, to } of intervals) {
      for (const day of daysAround(zone, now)) {
        const weekday = (new Date(day).getUTCDay() + 6) % 7;
        if (!days.includes(WEEKDAYS[weekday]!)) continue;
        const [begin, end] = [timeOf(from), timeOf(to)];
        const opensAt = instantAt(day + begin, zone);
        if (opensAt <= now && now < instantAt(day + end + (end > begin ? 0 : DAY_MS), zone)) return null;
        if (opensAt > now && (next.opensAt === null || opensAt < next.opensAt))
          next = { group, zone, opensAt, words: `${NAMES[weekday]} ${from}` };
      }
    }
  }
  return next;
}

/** Midnights of the days whose windows may matter, as if in UTC; the first is yesterday. */
function daysAround(zone: string, now: number): number[] {
  const today = Math.floor((now + zoneOffset(zone, now)) / DAY_MS) * DAY_MS;
  return Array.from({ length: DAYS_AHEAD + 2 }, (_, i) => today + (i - 1) * DAY_MS);
}

function timeOf(text: string): number {
  const [hours, minutes] = text.split(':').map(Number) as [number, number];
  return (hours * 60 + minutes) * 60_000;
}

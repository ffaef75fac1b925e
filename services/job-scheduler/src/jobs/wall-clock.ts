import { DateTime, IANAZone } from 'luxon';

/** Wider than any offset from UTC, so that a wall-clock time taken as UTC and moved by it lies safely before or after the real moment. */
const REACH_MS = 15 * 3_600_000;

/** True for an IANA name (`Asia/Tokyo`, `UTC`); offsets like `+09:00` are no zones. */
export function isZone(name: string): boolean {
  return /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name);
}

/**
 * The instant that a date and time means.
 *
 * With an offset (`…Z`, `…+09:00`) it is what it says. Without one it is read in `zone` as RFC 5545, 3.3.5 says: a time that occurs
 * twice (clocks set back) means the first; a time that does not occur (clocks set forward) is read with the offset before the gap.
 * Luxon leaves both cases open, so the offsets around the time are compared here.
 * @returns null when there is no such date or time (30 February, 25 o'clock)
 */
export function instantOf(text: string, zone: string): Date | null {
  const parsed = DateTime.fromISO(text, { zone: 'utc' });
  if (!parsed.isValid) return null;
  if (/(Z|[+-]\d{2}:\d{2})$/.test(text)) return parsed.toJSDate();
  const wall = parsed.toMillis();
  const rules = IANAZone.create(zone);
  const before = rules.offset(wall - REACH_MS) * 60_000;
  const after = rules.offset(wall + REACH_MS) * 60_000;
  const occurs = [wall - before, wall - after].filter((instant) => instant + rules.offset(instant) * 60_000 === wall);
  return new Date(occurs.length > 0 ? Math.min(...occurs) : wall - before);
}

import { instantAt } from './wall-clock.js';

const WRITTEN =
  /^(\d{4}-\d{2}-\d{2})T((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?|24:00(?::00(?:\.0+)?)?)(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/;

/** True for a date and time that says by itself which moment it is (`…Z`, `…+09:00`). */
export function hasOffset(text: string): boolean {
  return /(Z|[+-]\d{2}:\d{2})$/.test(text);
}

/**
 * Milliseconds of the date and time as it is written, as if it were UTC; an offset does not count.
 * @returns null when there is no such date or time (30 February, 25 o'clock)
 */
export function wallOf(text: string): number | null {
  const [, date, clock] = WRITTEN.exec(text) ?? [];
  if (date === undefined) return null;
  const day = Date.parse(`${date}T00:00:00Z`);
  // JavaScript takes 30 February for 2 March
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== date) return null;
  return Date.parse(`${date}T${clock}Z`);
}

/**
 * The moment that a date and time means: with an offset what it says, without one as {@link instantAt} reads it in `zone`.
 * @returns null when there is no such date or time
 * @throws RangeError for a zone that is not known here
 */
export function instantOf(text: string, zone: string): Date | null {
  const wall = wallOf(text);
  if (wall === null) return null;
  return new Date(hasOffset(text) ? Date.parse(text) : instantAt(wall, zone));
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Wider than any offset from UTC, so that a wall-clock time taken as UTC and moved by it lies safely before or after the real moment. */
const REACH_MS = 15 * 3_600_000;

/** True for an IANA name that is known here; offsets such as `+09:00` are no zones. */
export function isKnownZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    zoneOffset(name, 0);
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds that a zone is ahead of UTC at an instant. @throws RangeError for a zone that is not known here */
export function zoneOffset(zone: string, instant: number): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    formats.set(zone, format);
  }
  const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')!.value;
  // GMT, GMT+09:00, GMT-03:30, GMT+10:30:05 of long ago
  const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] =
    /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
}

/**
 * The instant of a wall-clock time, as RFC 5545, 3.3.5 says: a time that occurs twice (clocks set back) means the first; one that does not
 * occur (clocks set forward) is read with the offset before the gap.
 * @param wall milliseconds of the wall-clock time as if it were UTC
 */
export function instantAt(wall: number, zone: string): number {
  const offsets = [wall - REACH_MS, wall + REACH_MS].map((around) => zoneOffset(zone, around));
  const occurs = offsets.map((offset) => wall - offset).filter((at) => at + zoneOffset(zone, at) === wall);
  return occurs.length > 0 ? Math.min(...occurs) : wall - offsets[0]!;
}

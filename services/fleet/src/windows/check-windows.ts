import { type FieldError, type InstallWindows, invalid, isKnownZone, WEEKDAYS } from '@waybill/contracts';

const WEEK = 7 * 24 * 60;

/** @throws WaybillError invalid `group.windows` that names everything that makes no sense */
export function checkWindows(windows: InstallWindows | null | undefined): void {
  if (!windows) return;
  const errors: FieldError[] = [];
  if (!isKnownZone(windows.zone))
    errors.push({
      pointer: '/windows/zone',
      message: `"${windows.zone}" is no time zone; name one such as Asia/Tokyo`,
    });
  const taken: { start: number; end: number; i: number }[] = [];
  for (const [i, { days, from, to }] of windows.intervals.entries()) {
    const pointer = `/windows/intervals/${i}`;
    if (from === to) {
      errors.push({ pointer: `${pointer}/to`, message: 'to must differ from from; a whole day is 00:00 to 24:00' });
      continue;
    }
    const mine = days.map((day) => spanOf(day, from, to));
    const other = mine.flatMap((span) => taken.filter((one) => overlap(span, one)))[0];
    if (other) errors.push({ pointer, message: `it overlaps interval ${other.i}; write one interval for both` });
    taken.push(...mine.map((span) => ({ ...span, i })));
  }
  if (errors.length === 0) return;
  const all = errors.map(({ pointer, message }) => `${pointer}: ${message}`).join('; ');
  throw invalid('group.windows', `The windows make no sense: ${all}. Nothing was changed.`, errors);
}

/** Minutes since Monday; may reach beyond the week. */
function spanOf(day: (typeof WEEKDAYS)[number], from: string, to: string): { start: number; end: number } {
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  const start = WEEKDAYS.indexOf(day) * 24 * 60 + begin;
  return { start, end: start + (end > begin ? end - begin : 24 * 60 - begin + end) };
}

function overlap(a: { start: number; end: number }, b: { start: number; end: number }): boolean {
  return [-WEEK, 0, WEEK].some((shift) => a.start < b.end + shift && b.start + shift < a.end);
}

function minutesOf(text: string): number {
  const [hours, minutes] = text.split(':').map(Number) as [number, number];
  return hours * 60 + minutes;
}

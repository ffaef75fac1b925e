/** One line of a plan; the first that fits the moment counts. */
export interface BandwidthRule {
  /** bytes per second; 0: nothing is fetched */
  rate: number;
  /** weekdays on which it begins, 0 for Monday; absent: every day */
  days?: readonly number[];
  /** minutes of the day by the computer's clock; an end before the beginning is on the next day. Absent: the whole day */
  from?: number;
  to?: number;
}

/** How many bytes per second may be fetched, and when. Without a rule that fits there is no limit. */
export type BandwidthPlan = readonly BandwidthRule[];

const WEEK = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const UNITS = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;
const DAY = 1_440;

const RULE =
  /^(?<amount>\d{1,9})(?<unit>B|KiB|MiB|GiB)(?:@(?:(?<first>[A-Z]{2})(?:-(?<last>[A-Z]{2}))?)?\s*(?:(?<from>\d{2}:\d{2})-(?<to>\d{2}:\d{2}))?)?$/;

export const BANDWIDTH_HINT =
  'use rates per second, each with the days and hours it is for, the first that fits counts: 500KiB@MO-FR 08:00-18:00, 0B@22:00-23:00, 10MiB';

/**
 * Reads `2MiB`, or `500KiB@MO-FR 08:00-18:00, 0B@SU, 10MiB`.
 * @returns why it is no plan, as text
 */
export function parseBandwidth(text: string): BandwidthPlan | string {
  const rules: BandwidthRule[] = [];
  for (const part of text.split(',').map((piece) => piece.trim())) {
    const rule = parseRule(part);
    if (typeof rule === 'string') return rule;
    const before = rules.at(-1);
    if (before && isAlways(before)) return `"${part}" never counts: the rate before it holds at all times`;
    rules.push(rule);
  }
  if (opensIn(rules, 0) === null) return 'a computer that never fetches anything gets no software';
  return rules;
}

function parseRule(part: string): BandwidthRule | string {
  const match = RULE.exec(part)?.groups;
  if (!match || part.endsWith('@')) return `"${part}": ${BANDWIDTH_HINT}`;
  const { amount, unit, first, last, from, to } = match;
  const [begin, end] = [first, last].map((day) => (day === undefined ? undefined : WEEK.indexOf(day)));
  if (begin === -1 || end === -1) return `"${part}": the days are ${WEEK.join(', ')}`;
  const [start, stop] = [from, to].map(minutes);
  if (start === -1 || stop === -1) return `"${part}": hours are 00:00 to 24:00`;
  if (start !== undefined && start === stop) return `"${part}": it ends when it begins`;
  return {
    rate: Number(amount) * UNITS[unit as keyof typeof UNITS],
    ...(begin !== undefined && { days: daysOf(begin, end ?? begin) }),
    ...(start !== undefined && { from: start, to: stop! }),
  };
}

/** Also around the end of the week: SA-MO. */
function daysOf(begin: number, end: number): number[] {
  return WEEK.map((_, day) => day).filter((day) => (end - begin + 7) % 7 >= (day - begin + 7) % 7);
}

/** -1: there is no such time of day. */
function minutes(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [hour, minute] = text.split(':').map(Number) as [number, number];
  const sum = hour * 60 + minute;
  return minute < 60 && sum <= DAY ? sum : -1;
}

const isAlways = ({ days, from }: BandwidthRule): boolean => days === undefined && from === undefined;

/**
 * @param wall what the computer's clock shows, as milliseconds since the epoch as if it showed UTC
 * @returns bytes per second, Infinity for no limit
 */
export function rateAt(plan: BandwidthPlan, wall: number): number {
  const day = (Math.floor(wall / 86_400_000) + 3) % 7; // 1970 began on a Thursday
  const minute = Math.floor(wall / 60_000) % DAY;
  return plan.find((rule) => fits(rule, day, minute))?.rate ?? Infinity;
}

function fits({ days, from = 0, to = DAY }: BandwidthRule, day: number, minute: number): boolean {
  const on = (which: number) => days === undefined || days.includes(which);
  if (from < to) return on(day) && minute >= from && minute < to;
  return (on(day) && minute >= from) || (on((day + 6) % 7) && minute < to);
}

/**
 * When something may be fetched again.
 * @param wall as in {@link rateAt}
 * @returns milliseconds from then, 0 when it may be at once, null when it never may
 */
export function opensIn(plan: BandwidthPlan, wall: number): number | null {
  if (rateAt(plan, wall) > 0) return 0;
  const minute = wall - (wall % 60_000);
  // a plan repeats every week, and changes at whole minutes only
  for (let ahead = 1; ahead <= 7 * DAY; ahead++) {
    const then = minute + ahead * 60_000;
    if (rateAt(plan, then) > 0) return then - wall;
  }
  return null;
}

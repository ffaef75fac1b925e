/** Parts of a recurrence rule that are known, and what each may say (RFC 5545, 3.3.10). */
interface Part {
  /** true for a value that makes sense by itself */
  accepts: (value: string) => boolean;
  says: string;
  /** one value only, and not the list that RFC 5545 allows */
  single?: true;
}

const WEEKDAY = '(MO|TU|WE|TH|FR|SA|SU)';
const oneOf = (...words: string[]): Part => ({
  accepts: (value) => words.includes(value),
  says: words.join(', '),
  single: true,
});
const whole = (min: number, max: number): Part => ({
  accepts: (value) => /^\d{1,4}$/.test(value) && Number(value) >= min && Number(value) <= max,
  says: `a number from ${min} to ${max}`,
});
const single = (part: Part): Part => ({ ...part, single: true });
/** Counted from the end when negative; there is no day 0. */
const counted = (max: number): Part => ({
  accepts: (value) => /^[+-]?\d{1,3}$/.test(value) && Number(value) !== 0 && Math.abs(Number(value)) <= max,
  says: `a number from 1 to ${max}, or from -1 to -${max}`,
});

/** Runs of one job that anybody could follow. */
export const MAX_RUNS = 1_000;

export const PARTS: Readonly<Record<string, Part>> = {
  FREQ: oneOf('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'),
  COUNT: single(whole(1, MAX_RUNS)),
  UNTIL: {
    accepts: (value) => /^\d{8}(T\d{6}Z?)?$/.test(value),
    says: 'a date or a time such as 20271231, 20271231T180000 or 20271231T090000Z',
    single: true,
  },
  INTERVAL: single(whole(1, 999)),
  WKST: oneOf('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'),
  BYMONTH: whole(1, 12),
  BYWEEKNO: counted(53),
  BYYEARDAY: counted(366),
  BYMONTHDAY: counted(31),
  BYDAY: {
    accepts: (value) => new RegExp(`^([+-]?([1-9]|[1-4]\\d|5[0-3]))?${WEEKDAY}$`).test(value),
    says: 'a weekday such as MO, with a number such as -1FR for the last Friday',
  },
  BYHOUR: whole(0, 23),
  BYMINUTE: single(whole(0, 59)),
  BYSECOND: single(whole(0, 59)),
  BYSETPOS: counted(366),
};

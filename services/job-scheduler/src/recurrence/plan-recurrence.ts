import { type FieldError, hasOffset, type JobSchedule, LOCAL_ZONE, wallOf } from '@waybill/contracts';
import { firstAt, lastAt } from '../jobs/everywhere.js';
import { HORIZON_DAYS } from '../jobs/horizon.js';
import { DEFAULT_LIFETIME_DAYS } from '../jobs/job.js';
import { parseRule, type Rule } from './parse-rule.js';
import type { Recurrence } from './recurrence.js';
import { MAX_RUNS } from './rule-parts.js';
import { wallClocks } from './wall-clocks.js';

const DAY_MS = 86_400_000;
const MOMENTS = ['startAt', 'installAt', 'expiresAt'] as const;
const POINTER = '/schedule/recurrence';

/**
 * Finds out when a recurring job runs. Adds to `errors` what makes no sense.
 * @param zone null when nobody knows it, which is an error by itself
 * @returns null when there was an error
 */
export function planRecurrence(
  schedule: JobSchedule & { recurrence: string },
  zone: string | null,
  now: Date,
  errors: FieldError[],
): Recurrence | null {
  const before = errors.length;
  const parsed = parseRule(schedule.recurrence);
  if ('problems' in parsed) errors.push(...parsed.problems.map((message) => ({ pointer: POINTER, message })));
  const moments = momentErrors(schedule);
  errors.push(...moments);
  const [start, install, expiry] = MOMENTS.map((moment) => (schedule[moment] ? wallOf(schedule[moment]) : null));
  if (start == null || moments.length > 0) return null;
  const installAfterMs = install == null ? null : install - start;
  const expiresAfterMs = expiry == null ? null : expiry - start;
  errors.push(...distanceErrors(installAfterMs, expiresAfterMs));
  if (zone === null || 'problems' in parsed || errors.length > before) return null;
  const runs = runsOf(parsed.rule, start, zone, now);
  if (typeof runs !== 'string') return { rule: schedule.recurrence, zone, runs, installAfterMs, expiresAfterMs };
  errors.push({ pointer: POINTER, message: runs });
  return null;
}

/** An offset would tie a time of day to what the clocks were at one moment, and every second half of the year it would be an hour off. */
function momentErrors(schedule: JobSchedule): FieldError[] {
  const errors = MOMENTS.flatMap((moment) => {
    const text = schedule[moment];
    if (text === undefined) return [];
    const pointer = `/schedule/${moment}`;
    if (wallOf(text) === null) return [{ pointer, message: `"${text}" is not a date and time that exists` }];
    if (!hasOffset(text)) return [];
    const message = `${moment} of a recurring job is a time of day in its zone: write it without an offset, and give the zone`;
    return [{ pointer, message }];
  });
  if (schedule.startAt !== undefined) return errors;
  const message = 'a recurring job needs startAt: the time of day of its runs, and from when on they are';
  return [...errors, { pointer: '/schedule/startAt', message }];
}

/** Moments that do not exist are reported; the distances are those of a run at `startAt`. */
function distanceErrors(installAfterMs: number | null, expiresAfterMs: number | null): FieldError[] {
  const errors: FieldError[] = [];
  if (installAfterMs !== null && installAfterMs < 0)
    errors.push({ pointer: '/schedule/installAt', message: 'installAt must not be before startAt' });
  if (expiresAfterMs !== null && expiresAfterMs <= 0)
    errors.push({ pointer: '/schedule/expiresAt', message: 'expiresAt must be after startAt' });
  if (installAfterMs !== null && installAfterMs >= (expiresAfterMs ?? DEFAULT_LIFETIME_DAYS * DAY_MS))
    errors.push({ pointer: '/schedule/installAt', message: 'installAt must be before the run expires' });
  return errors;
}

/** @returns a sentence when there is no sensible answer */
function runsOf(rule: Rule, start: number, zone: string, now: Date): string[] | string {
  if (zone === LOCAL_ZONE && rule.until?.endsWith('Z'))
    return `UNTIL=${rule.until} is one moment for all, the zone "${LOCAL_ZONE}" each computer's own: write UNTIL=${rule.until.slice(0, -1)}`;
  const horizon = start + HORIZON_DAYS * DAY_MS;
  const until = rule.until === null ? null : untilOf(rule.until, zone);
  if (until === undefined) return `UNTIL=${rule.until} is not a date and time that exists`;
  // a day more than any offset from UTC: what it means exactly is told by the moments themselves
  const end = until === null ? horizon : Math.min(horizon, until.getTime() + 2 * DAY_MS);
  const walls = wallClocks(rule.pattern, { start, end }, rule.count ?? MAX_RUNS + 1);
  if (walls === null) return 'the rule looks at too many times for the few that it names: make it simpler';
  const named = walls
    .map((wall) => ({ wall, at: firstAt(wall, zone)!.getTime(), passed: lastAt(wall, zone)! <= now }))
    .filter(({ at }) => until === null || at <= until.getTime());
  if (named.length === 0) return 'the rule never yields a run: no such time exists within ten years, or before UNTIL';
  if (named.length > MAX_RUNS) return `the rule yields more than ${MAX_RUNS} runs: end it earlier`;
  if ((rule.count !== null && named.length < rule.count) || (until !== null && until.getTime() > horizon + DAY_MS))
    return 'the last run would be more than ten years after the first: end it earlier';
  // where the clocks are set forward, two wall-clock times can mean one moment
  const ahead = named.filter(({ at, passed }, i) => !passed && (i === 0 || at > named[i - 1]!.at));
  return ahead.length > 0 ? ahead.map(({ wall }) => wall) : 'all runs that the rule yields are in the past';
}

/** A day means its end. */
function untilOf(until: string, zone: string): Date | undefined {
  const [, year, month, day, time] = /^(\d{4})(\d{2})(\d{2})(?:T(.+))?$/.exec(until)!;
  const clock = time === undefined ? '23:59:59' : time.replace(/^(\d{2})(\d{2})(\d{2})/, '$1:$2:$3');
  return firstAt(`${year}-${month}-${day}T${clock}`, zone) ?? undefined;
}

import { type FieldError, hasOffset, type JobSchedule, LOCAL_ZONE, wallOf } from '@waybill/contracts';
import { firstAt, lastAt } from './everywhere.js';
import { DEFAULT_LIFETIME_DAYS, daysAfter } from './job.js';
import type { PlannedSchedule } from './plan-schedule.js';

const MOMENTS = ['startAt', 'installAt', 'expiresAt'] as const;
type Moments = Partial<Record<(typeof MOMENTS)[number], string>>;

/**
 * Plans a job by each computer's own time: commands travel when the first zone starts, and it is over when the last one has expired. What is
 * asked of the order is asked by the clock, which is the same everywhere. Adds to `errors` what makes no sense; the plan is to be used only if there was none.
 */
export function planLocal(schedule: JobSchedule, now: Date, errors: FieldError[]): PlannedSchedule {
  const said: Moments = {};
  for (const moment of MOMENTS) {
    const text = schedule[moment];
    const problem = text === undefined ? null : problemOf(moment, text);
    if (problem !== null) errors.push({ pointer: `/schedule/${moment}`, message: problem });
    else if (text !== undefined) said[moment] = text;
  }
  const { startAt, installAt, expiresAt } = said;
  const first = startAt === undefined ? null : firstAt(startAt, LOCAL_ZONE);
  const last = startAt === undefined ? now : later(lastAt(startAt, LOCAL_ZONE)!, now);
  const end = expiresAt === undefined ? daysAfter(last, DEFAULT_LIFETIME_DAYS) : lastAt(expiresAt, LOCAL_ZONE)!;
  errors.push(...orderErrors(said), ...pastErrors(said, end, now));
  return {
    startAt: schedule.startAt ?? null,
    installAt: schedule.installAt ?? null,
    expireAt: schedule.expiresAt ?? null,
    zone: LOCAL_ZONE,
    startsAt: first && first > now ? first : now,
    installsAt: installAt === undefined ? null : firstAt(installAt, LOCAL_ZONE),
    expiresAt: end,
    recurrence: null,
  };
}

function problemOf(moment: (typeof MOMENTS)[number], text: string): string | null {
  if (wallOf(text) === null) return `"${text}" is not a date and time that exists`;
  if (!hasOffset(text)) return null;
  const wall = text.replace(/(Z|[+-]\d{2}:\d{2})$/, '');
  return `${moment} ("${text}") means one moment for all, the zone "${LOCAL_ZONE}" each computer's own: write it without an offset, ${wall}, or give another zone`;
}

/** By the clock, whatever the zone. */
function orderErrors({ startAt, installAt, expiresAt }: Moments): FieldError[] {
  const errors: FieldError[] = [];
  const [start, install, end] = [startAt, installAt, expiresAt].map((text) => (text ? wallOf(text)! : null));
  if (end != null && start != null && end <= start)
    errors.push({
      pointer: '/schedule/expiresAt',
      message: `expiresAt (${expiresAt}) must be after startAt (${startAt})`,
    });
  if (install != null && start != null && install < start)
    errors.push({
      pointer: '/schedule/installAt',
      message: `installAt (${installAt}) must not be before startAt (${startAt})`,
    });
  if (install != null && end != null && install >= end)
    errors.push({
      pointer: '/schedule/installAt',
      message: `installAt (${installAt}) must be before expiresAt (${expiresAt})`,
    });
  return errors;
}

/** A time that has passed in some zones only is none that was missed: there computers begin at once, or have expired. */
function pastErrors({ installAt, expiresAt }: Moments, end: Date, now: Date): FieldError[] {
  const errors: FieldError[] = [];
  if (expiresAt !== undefined && end <= now)
    errors.push({ pointer: '/schedule/expiresAt', message: `expiresAt (${expiresAt}) is in the past in every zone` });
  if (installAt === undefined) return errors;
  const pointer = '/schedule/installAt';
  const install = lastAt(installAt, LOCAL_ZONE)!;
  if (install < now) errors.push({ pointer, message: `installAt (${installAt}) is in the past in every zone` });
  if (expiresAt === undefined && install >= end) {
    const message = `installAt (${installAt}) must be before the job expires, ${DEFAULT_LIFETIME_DAYS} days after its start: give expiresAt`;
    errors.push({ pointer, message });
  }
  return errors;
}

function later(one: Date, other: Date): Date {
  return one > other ? one : other;
}

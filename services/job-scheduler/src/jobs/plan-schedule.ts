import { type FieldError, instantOf, isKnownZone, type JobSchedule, LOCAL_ZONE } from '@waybill/contracts';
import { planRecurrence } from '../recurrence/plan-recurrence.js';
import { momentsOf, type Recurrence } from '../recurrence/recurrence.js';
import { HORIZON_DAYS } from './horizon.js';
import { DEFAULT_LIFETIME_DAYS, daysAfter } from './job.js';
import { planLocal } from './plan-local.js';

export interface PlannedSchedule {
  startAt: string | null;
  installAt: string | null;
  /** `expiresAt` as it was written; null: the default */
  expireAt: string | null;
  zone: string;
  startsAt: Date;
  /** null: at once */
  installsAt: Date | null;
  expiresAt: Date;
  /** null: the job is done once; else the moments are those of the first run */
  recurrence: Recurrence | null;
}

/** Gives wall-clock times their meaning. Adds to `errors` what makes no sense; the plan is to be used only if there was none. */
export function planSchedule(schedule: JobSchedule, now: Date, errors: FieldError[]): PlannedSchedule {
  const { zone = 'UTC', recurrence } = schedule;
  const local = zone === LOCAL_ZONE;
  const zoneKnown = local || isKnownZone(zone);
  if (!zoneKnown) {
    const message = `"${zone}" is not a known time zone; use an IANA name such as Asia/Tokyo, Europe/Berlin or UTC, or "${LOCAL_ZONE}" for each computer's own time`;
    errors.push({ pointer: '/schedule/zone', message });
  }
  if (recurrence === undefined) {
    const planned = local ? planLocal(schedule, now, errors) : planOnce(schedule, zone, zoneKnown, now, errors);
    checkHorizon(planned.startsAt, now, errors);
    return planned;
  }
  const recurs = planRecurrence({ ...schedule, recurrence }, zoneKnown ? zone : null, now, errors);
  if (!recurs) return planOnce({}, zone, zoneKnown, now, []);
  const first = momentsOf(recurs, 1);
  checkHorizon(first.startsAt, now, errors);
  return { ...first, zone, recurrence: recurs };
}

function planOnce(
  schedule: JobSchedule,
  zone: string,
  zoneKnown: boolean,
  now: Date,
  errors: FieldError[],
): PlannedSchedule {
  const read = (field: 'startAt' | 'installAt' | 'expiresAt'): Date | null => {
    const text = schedule[field];
    if (text === undefined) return null;
    const instant = instantOf(text, zoneKnown ? zone : 'UTC');
    if (!instant)
      errors.push({ pointer: `/schedule/${field}`, message: `"${text}" is not a date and time that exists` });
    return instant;
  };
  const wanted = read('startAt');
  const startsAt = wanted && wanted > now ? wanted : now;
  const end = read('expiresAt');
  // Without its zone a time cannot be judged; one error per cause.
  if (end && zoneKnown) checkEnd(end, { startsAt, now, started: !wanted || wanted <= now }, errors);
  const installsAt = read('installAt');
  const expiresAt = end ?? daysAfter(startsAt, DEFAULT_LIFETIME_DAYS);
  if (installsAt && zoneKnown) checkInstallation(installsAt, { startsAt, expiresAt }, errors);
  return {
    startAt: schedule.startAt ?? null,
    installAt: schedule.installAt ?? null,
    expireAt: schedule.expiresAt ?? null,
    zone,
    startsAt,
    installsAt,
    expiresAt,
    recurrence: null,
  };
}

function checkHorizon(startsAt: Date, now: Date, errors: FieldError[]): void {
  if (startsAt <= daysAfter(now, HORIZON_DAYS)) return;
  errors.push({ pointer: '/schedule/startAt', message: 'startAt is more than ten years ahead' });
}

function checkInstallation(
  installsAt: Date,
  { startsAt, expiresAt }: { startsAt: Date; expiresAt: Date },
  errors: FieldError[],
): void {
  const pointer = '/schedule/installAt';
  const said = `installAt (${installsAt.toISOString()})`;
  if (installsAt < startsAt)
    errors.push({ pointer, message: `${said} must not be before the start (${startsAt.toISOString()})` });
  if (installsAt >= expiresAt)
    errors.push({ pointer, message: `${said} must be before the job expires (${expiresAt.toISOString()})` });
}

function checkEnd(
  end: Date,
  { startsAt, now, started }: { startsAt: Date; now: Date; started: boolean },
  errors: FieldError[],
): void {
  if (end > startsAt) return;
  const message =
    end <= now && started
      ? `expiresAt (${end.toISOString()}) is in the past`
      : `expiresAt (${end.toISOString()}) must be after the start (${startsAt.toISOString()})`;
  errors.push({ pointer: '/schedule/expiresAt', message });
}

import type { FieldError, JobSchedule } from '@waybill/contracts';
import { DEFAULT_LIFETIME_DAYS, daysAfter } from './job.js';
import { instantOf, isZone } from './wall-clock.js';

/** A start further away than this is a slip of the pen. */
const HORIZON_DAYS = 3_660;

export interface PlannedSchedule {
  startAt: string | null;
  installAt: string | null;
  zone: string;
  startsAt: Date;
  /** null: at once */
  installsAt: Date | null;
  expiresAt: Date;
}

/** Gives wall-clock times their meaning. Adds to `errors` what makes no sense; the plan is to be used only if there was none. */
export function planSchedule(schedule: JobSchedule, now: Date, errors: FieldError[]): PlannedSchedule {
  const zone = schedule.zone ?? 'UTC';
  const zoneKnown = isZone(zone);
  if (!zoneKnown) {
    const message = `"${zone}" is not a known time zone; use an IANA name such as Asia/Tokyo, Europe/Berlin or UTC`;
    errors.push({ pointer: '/schedule/zone', message });
  }
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
  if (startsAt > daysAfter(now, HORIZON_DAYS)) {
    errors.push({ pointer: '/schedule/startAt', message: 'startAt is more than ten years ahead' });
  }
  const end = read('expiresAt');
  // Without its zone a time cannot be judged; one error per cause.
  if (end && zoneKnown) checkEnd(end, { startsAt, now, started: !wanted || wanted <= now }, errors);
  const installsAt = read('installAt');
  const expiresAt = end ?? daysAfter(startsAt, DEFAULT_LIFETIME_DAYS);
  if (installsAt && zoneKnown) checkInstallation(installsAt, { startsAt, expiresAt }, errors);
  return {
    startAt: schedule.startAt ?? null,
    installAt: schedule.installAt ?? null,
    zone,
    startsAt,
    installsAt,
    expiresAt,
  };
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

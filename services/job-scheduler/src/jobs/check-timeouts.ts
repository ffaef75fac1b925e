import { durationMs, type FieldError, type JobTimeouts } from '@waybill/contracts';
import type { PlannedSchedule } from './plan-schedule.js';

const MIN_MS = 10_000;
const MAX_MS = 365 * 86_400_000;
const NAMES = ['accept', 'progress', 'execution'] as const;

/** Problems of timeouts that their form does not show. */
export function timeoutErrors(timeouts: JobTimeouts | undefined): FieldError[] {
  if (!timeouts) return [];
  const errors = NAMES.flatMap((name) => {
    const text = timeouts[name];
    if (text === undefined) return [];
    const ms = durationMs(text);
    if (ms >= MIN_MS && ms <= MAX_MS) return [];
    return [{ pointer: `/timeouts/${name}`, message: `${name} must be from PT10S to P365D, not ${text}` }];
  });
  const { progress, execution } = timeouts;
  if (progress !== undefined && execution !== undefined && durationMs(progress) >= durationMs(execution)) {
    const message = `a computer that is silent for ${progress} has been at work for ${execution} already: progress must be shorter than execution`;
    errors.push({ pointer: '/timeouts/progress', message });
  }
  return errors;
}

/** A limit that the job's own end comes before would never be met. */
export function timeoutScheduleErrors(
  timeouts: JobTimeouts | undefined,
  { startsAt, expiresAt }: Pick<PlannedSchedule, 'startsAt' | 'expiresAt'>,
): FieldError[] {
  const accept = timeouts?.accept;
  if (accept === undefined || durationMs(accept) < expiresAt.getTime() - startsAt.getTime()) return [];
  const message = `the job expires at ${expiresAt.toISOString()}, before ${accept} have passed since its start`;
  return [{ pointer: '/timeouts/accept', message }];
}

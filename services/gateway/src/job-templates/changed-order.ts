import { CreateJob, type FieldError, invalid, validateMessage } from '@waybill/contracts';
import { isObject, mergePatch } from './merge-patch.js';

const MOMENTS = ['startAt', 'installAt', 'expiresAt', 'recurrence'] as const;

/**
 * An order made of an earlier one and a JSON merge patch, checked in form like the body of `POST /jobs`.
 *
 * Moments of the earlier order, and how it recurred, are never taken over: one that is past would let the new job start at once, and nobody would see why. The
 * changes must say each of them anew; `null` means the default, as if it had not been given.
 * @throws WaybillError invalid `request.invalid` with every problem at once; pointers are into the new order
 */
export function changedOrder(earlier: CreateJob, changes: Record<string, unknown>): CreateJob {
  const checked = validateMessage(CreateJob, mergePatch(earlier, changes));
  const errors = [...unsaidMoments(earlier, changes), ...(checked.ok ? [] : checked.errors)];
  if (checked.ok && errors.length === 0) return checked.value;
  throw invalid(
    'request.invalid',
    'The order with these changes has fields that are missing, unknown or wrong.',
    errors,
  );
}

function unsaidMoments({ schedule = {} }: CreateJob, changes: Record<string, unknown>): FieldError[] {
  const said = changes['schedule'];
  if (said === null) return [];
  return MOMENTS.filter(
    (moment) => schedule[moment] !== undefined && !(isObject(said) && Object.hasOwn(said, moment)),
  ).map((moment) => ({
    pointer: `/schedule/${moment}`,
    message: `the earlier order says ${schedule[moment]}, which is not taken over: give ${moment} anew, or null for ${DEFAULTS[moment]}`,
  }));
}

const DEFAULTS = {
  startAt: 'at once',
  installAt: 'as soon as the files are there',
  expiresAt: '30 days after the start',
  recurrence: 'a job that is done once',
} as const;

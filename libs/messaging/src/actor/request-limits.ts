import { type Limits, limitsFor, type Permission, WaybillError } from '@waybill/contracts';
import { requestActor } from './current-actor.js';

/** Where who asks has a permission; for the service that owns the thing to keep to. */
export function requestLimits(permission: Permission): Limits[] {
  return limitsFor(requestActor(), permission);
}

/** The refusal for something that may be seen but not changed by who asks. */
export function beyondLimits(permission: Permission, what: string, pointer?: string): WaybillError {
  const message = `your permission ${permission} does not hold for ${what}`;
  const errors = pointer === undefined ? undefined : [{ pointer, message }];
  return new WaybillError('forbidden', 'permission.limited', `Nothing was done: ${message}.`, errors);
}

import type { FieldError } from '@waybill/contracts';

/** So few are nobody's slip of the pen. */
const ALWAYS = 10;

/** What was confirmed may have grown by so much until it is sent. */
const GROWTH = 1.1;

/** Whether a filter means what whoever wrote it thinks. */
export interface Confirmation {
  /** computers that it means now */
  readonly total: number;
  /** the number that has to be confirmed; null when none has, or the right one was */
  readonly needed: number | null;
  /** most computers that the job may have when it starts */
  readonly most: number;
}

/**
 * A filter that means a large share of all computers asks for the number that its writer has seen.
 * @param found.fleet all computers
 * @param found.share of them that nobody has to confirm, 0 to 1
 */
export function confirmation(found: {
  total: number;
  fleet: number;
  confirmTargets: number | undefined;
  share: number;
}): Confirmation {
  const { total, fleet, confirmTargets = 0, share } = found;
  const most = Math.max(ALWAYS, Math.floor(fleet * share), Math.floor(confirmTargets * GROWTH));
  return { total, needed: total > most ? total : null, most };
}

/** Why an order cannot be made. @param begins true when it starts now: later somebody may fit */
export function confirmationErrors({ total, needed }: Confirmation, begins: boolean): FieldError[] {
  if (total === 0 && begins)
    return [{ pointer: '/targets/filter', message: 'no computer that the job is for fits the filter now' }];
  if (needed === null) return [];
  const message = `the filter means ${total} computers; if that is right, say so: "confirmTargets": ${total}`;
  return [{ pointer: '/confirmTargets', message }];
}

/** Why a job is not started; null when it is. */
export function grownTooLarge(total: number, most: number | null): string | null {
  if (most === null || total <= most) return null;
  return `The filter means ${total} computers by now, and ${most} at most were confirmed. Nothing was sent; make the job anew with "confirmTargets": ${total}.`;
}

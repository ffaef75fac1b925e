import { invalid } from '@waybill/contracts';
import { hasControlCharacters } from '../jobs/check-order.js';

/** Somebody stops or holds a job. */
export interface PersonsOrder {
  actor: string;
  reason?: string;
  /** what the administrator saw */
  revision?: number;
}

/** Who did it and why, for the job and its computers. @param done e.g. `Canceled` */
export function wordsOf(done: string, { actor, reason }: PersonsOrder): string {
  return `${done} by ${actor}${reason ? `: ${reason}` : '.'}`;
}

/** @throws WaybillError invalid `request.invalid` */
export function demandOneLine(reason: string | undefined): void {
  if (!hasControlCharacters(reason ?? '')) return;
  const message = 'reason must not contain control characters';
  throw invalid('request.invalid', 'The request has wrong fields.', [{ pointer: '/reason', message }]);
}

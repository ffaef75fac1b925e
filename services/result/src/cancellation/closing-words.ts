import { REASONS } from '@waybill/contracts';

/** Machine-readable reason of an execution that ended because its computer was deleted. */
export const COMPUTER_REMOVED = 'computer.removed';

export const COMPUTER_REMOVED_MESSAGE = 'The computer was removed from Waybill before the job had ended on it.';

/** Reason and sentence of an execution that the server closes. @param word who or why, as the scheduler gives it */
export function closingWords(status: 'canceled' | 'expired', word: string): { reason: string; message: string } {
  const reason = status === 'canceled' ? 'job.canceled' : 'job.expired';
  const extra = word === '' || word === reason ? '' : ` (${word})`;
  return { reason, message: `${REASONS[reason]}${extra}` };
}

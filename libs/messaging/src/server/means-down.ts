import { isUnreachable } from '@waybill/contracts';
import { RETRY } from './verdict.js';
import { verdictOfError } from './verdict-of-error.js';

/**
 * Whether a failure means "the database is down" and says nothing about the message or request. An error that does not
 * tell by itself is decided by asking the database.
 */
export async function meansDown(error: unknown, probe: () => Promise<void>): Promise<boolean> {
  if (isUnreachable(error)) return true;
  if (verdictOfError(error) !== RETRY) return false;
  return probe().then(
    () => false,
    () => true,
  );
}

import { isInfrastructureError } from './infrastructure-error.js';
import { RETRY } from './verdict.js';
import { verdictOfError } from './verdict-of-error.js';

/**
 * Whether a failure means "the database is down" and says nothing about the message. An error without a telling code
 * (pg's "Connection terminated unexpectedly" has none) is decided by asking the database.
 */
export async function meansDown(error: unknown, probe: () => Promise<void>): Promise<boolean> {
  if (isInfrastructureError(error)) return true;
  if (verdictOfError(error) !== RETRY) return false;
  return probe().then(
    () => false,
    () => true,
  );
}

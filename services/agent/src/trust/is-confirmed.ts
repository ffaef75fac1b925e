import type { KeySet } from '@waybill/contracts/agent';
import type { AttemptRecord } from '../journal/journal.records.js';

/**
 * Whether a command that was taken in still stands: the key that signed it was not revoked since. One of an older version of the agent,
 * which did not note its key, stands until any command key is revoked.
 */
export function isConfirmed({ command }: Pick<AttemptRecord, 'command'>, set: KeySet | null): boolean {
  const keys = set?.keys.filter(({ use }) => use === 'command') ?? [];
  const { signedBy } = command;
  if (signedBy === undefined) return keys.every(({ revokedAt }) => revokedAt === null);
  return keys.some(({ kid, revokedAt }) => kid === signedBy && revokedAt === null);
}

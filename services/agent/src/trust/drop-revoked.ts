import type { KeySet } from '@waybill/contracts/agent';
import { decodeProtectedHeader } from 'jose';
import { hasBegun } from '../execution/attempt.js';
import type { Executor } from '../execution/executor.js';
import type { Journal } from '../journal/journal.js';

/**
 * Commands that were taken in before a publishing key was revoked, and wait: for their moment, for a download, for their turn. What has
 * begun to change the computer is finished, as with every cancel.
 */
export function dropRevoked(set: KeySet, journal: Journal, executor: Executor): void {
  const revoked = new Set(set.keys.filter(({ revokedAt }) => revokedAt !== null).map(({ kid }) => kid));
  journal.transact('keyRevoked', () => {
    for (const record of journal.openAttempts()) {
      const kid = publisherOf(record.command.signedManifest);
      if (kid === null || !revoked.has(kid) || hasBegun(record.steps)) continue;
      executor.cancel(record, { status: 'canceled', reason: `The key ${kid}, which published it, was revoked.` });
    }
  });
  executor.wake();
}

/** Null for attempts that a version of the agent from before there were signatures has journaled. */
function publisherOf(jws: string | undefined): string | null {
  try {
    return decodeProtectedHeader(jws ?? '').kid ?? null;
  } catch {
    return null;
  }
}

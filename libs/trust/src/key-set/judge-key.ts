import type { KeySet, KeyUse, TrustKey } from '@waybill/contracts/agent';
import { words } from '../jws/verify-jws.js';

/** Where a key stands at a moment. */
export type KeyState = 'valid' | 'revoked' | 'expired' | 'notYetValid';

/** How far the clocks of two computers may differ, milliseconds; an agent reports a larger difference in its inventory. */
export const CLOCK_TOLERANCE_MS = 120_000;

/** A revocation needs no clock: a computer whose clock was set back refuses the key all the same. */
export function keyState(key: TrustKey, now: number): KeyState {
  if (key.revokedAt !== null) return 'revoked';
  if (Date.parse(key.notBefore) - CLOCK_TOLERANCE_MS > now) return 'notYetValid';
  if (key.notAfter !== null && Date.parse(key.notAfter) + CLOCK_TOLERANCE_MS <= now) return 'expired';
  return 'valid';
}

const SENTENCES = {
  revoked: 'was revoked',
  expired: 'has expired',
  notYetValid: 'is not valid yet',
} as const satisfies Record<Exclude<KeyState, 'valid'>, string>;

/** The key of that id if it may be used for that at this moment, or why not. A key is good for one purpose. */
export function usableKey(
  set: KeySet | null,
  kid: string,
  use: KeyUse,
  now: number,
): { key: TrustKey; publicKey: string } | { refused: string } {
  const key = set?.keys.find((candidate) => candidate.kid === kid);
  if (!key) return { refused: `unknown key ${words(kid)}` };
  if (key.use !== use) return { refused: `key ${kid} is for ${key.use}, not for ${use}` };
  const state = keyState(key, now);
  if (state !== 'valid') return { refused: `key ${kid} ${SENTENCES[state]}` };
  return { key, publicKey: key.publicKey };
}

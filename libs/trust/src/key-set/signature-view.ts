import type { KeySet, SignatureView } from '@waybill/contracts/agent';
import { keyState } from './judge-key.js';

/** How a signature by that publishing key stands at this moment; null without one. */
export function signatureView(set: KeySet, kid: string | null, now: number): SignatureView | null {
  if (kid === null) return null;
  const key = set.keys.find((candidate) => candidate.kid === kid && candidate.use === 'publish');
  return { kid, holder: key?.holder ?? null, status: key ? keyState(key, now) : 'unknown' };
}

import { type KeySet, MANIFEST_JWS_TYPE } from '@waybill/contracts/agent';
import { verifyJws } from '../jws/verify-jws.js';
import { keyState, usableKey } from '../key-set/judge-key.js';
import { digestOf } from './canonical-manifest.js';

export type VerifiedManifest =
  | { ok: true; kid: string; /** not checked against the manifest's rules */ content: unknown }
  | {
      ok: false;
      /**
       * `manifest.keyRevoked`: it was genuine until its key was taken back; `manifest.keyUnknown`: perhaps it is genuine, by a key that is
       * newer than the key set
       */
      reason: 'manifest.refused' | 'manifest.keyRevoked' | 'manifest.keyUnknown';
      why: string;
    };

/**
 * Is this the manifest that the organisation published? Its signature must hold by a publishing key that is valid at this
 * moment, and its bytes must be those that the digest names.
 * @param digest that whoever refers to the manifest has signed, `sha256:<hex>`
 */
export async function verifyManifest(
  jws: string,
  digest: string,
  set: KeySet | null,
  now: number,
): Promise<VerifiedManifest> {
  const verified = await verifyJws(jws, MANIFEST_JWS_TYPE, (kid) => usableKey(set, kid, 'publish', now));
  if (!verified.ok) return refuse(verified.why, reasonOf(set, verified.kid, now));
  const { kid, payload } = verified;
  const actual = digestOf(payload);
  if (actual !== digest) return refuse(`it has the digest ${actual}, ${digest} was announced`);
  try {
    return { ok: true, kid, content: JSON.parse(payload) };
  } catch {
    return refuse('it is no JSON');
  }
}

type Refusal = Extract<VerifiedManifest, { ok: false }>;

function refuse(why: string, reason: Refusal['reason'] = 'manifest.refused'): Refusal {
  return { ok: false, reason, why };
}

function reasonOf(set: KeySet | null, kid: string | null, now: number): Refusal['reason'] {
  const key = set?.keys.find((candidate) => candidate.kid === kid);
  if (kid !== null && !key) return 'manifest.keyUnknown';
  return key?.use === 'publish' && keyState(key, now) === 'revoked' ? 'manifest.keyRevoked' : 'manifest.refused';
}

import { KEY_SET_JWS_TYPE, type KeySet } from '@waybill/contracts/agent';
import { decodeJwt } from 'jose';
import { verifyJws } from '../jws/verify-jws.js';
import { fingerprint } from '../keys.js';
import { usableKey } from './judge-key.js';
import { keySetSchema } from './key-set.schema.js';

/** A key set with the text that proves it. */
export interface ProvenKeySet {
  jws: string;
  set: KeySet;
}

export type OpenedKeySet = ({ ok: true } & ProvenKeySet) | { ok: false; why: string };

/**
 * The first key set of whoever has none: one that a root key of its own signed.
 * @param chain as the agent door hands it out, oldest first
 * @param rootFingerprint learnt over another channel; null: the newest set is believed, as SSH believes a host at first
 */
export async function openFirst(chain: readonly string[], rootFingerprint: string | null): Promise<OpenedKeySet> {
  // A pinned root may have been replaced since: then only an earlier set of the chain is signed by it, and leads to the newest.
  const inOrder = rootFingerprint === null ? chain.toReversed() : chain;
  let why = 'the server offers no key set';
  for (const jws of inOrder) {
    const opened = await openSelfSigned(jws, rootFingerprint);
    if (opened.ok) return opened;
    why = opened.why;
  }
  return { ok: false, why };
}

/** The set that follows on `known`: of a higher serial, and signed by a root key that `known` trusts at this moment. */
export async function openNext(known: KeySet, jws: string, now: number): Promise<OpenedKeySet> {
  const verified = await verifyJws(jws, KEY_SET_JWS_TYPE, (kid) => usableKey(known, kid, 'root', now));
  if (!verified.ok) return verified;
  const opened = parse(jws, verified.payload);
  if (opened.ok && opened.set.serial <= known.serial)
    return { ok: false, why: `its serial is ${opened.set.serial}, ${known.serial} is known` };
  return opened;
}

/**
 * Goes along a chain as far as it is proven.
 * @returns the newest proven set, and why a newer one was not taken
 */
export async function follow(
  from: ProvenKeySet,
  chain: readonly string[],
  now: number,
): Promise<{ newest: ProvenKeySet; refused: string | null }> {
  let newest = from;
  let refused: string | null = null;
  for (const jws of chain) {
    if (claimedSerial(jws) <= newest.set.serial) continue;
    const next = await openNext(newest.set, jws, now);
    if (next.ok) newest = next;
    refused = next.ok ? null : next.why;
  }
  return { newest, refused };
}

async function openSelfSigned(jws: string, rootFingerprint: string | null): Promise<OpenedKeySet> {
  const claimed = parse(jws, claimOf(jws));
  if (!claimed.ok) return claimed;
  const issuedAt = Date.parse(claimed.set.issuedAt);
  const verified = await verifyJws(jws, KEY_SET_JWS_TYPE, (kid) => {
    const usable = usableKey(claimed.set, kid, 'root', issuedAt);
    if ('refused' in usable || rootFingerprint === null) return usable;
    const known = fingerprint(usable.publicKey) === rootFingerprint;
    return known ? usable : { refused: `root key ${kid} is not the one with the fingerprint ${rootFingerprint}` };
  });
  return verified.ok ? parse(jws, verified.payload) : verified;
}

function parse(jws: string, payload: string): OpenedKeySet {
  try {
    const parsed = keySetSchema.safeParse(JSON.parse(payload));
    if (parsed.success) return { ok: true, jws, set: parsed.data };
    const issue = parsed.error.issues[0]!;
    return { ok: false, why: `malformed at /${issue.path.join('/')}: ${issue.message}` };
  } catch {
    return { ok: false, why: 'not a signed key set' };
  }
}

/** Unverified: tells only which key to verify with, or that there is nothing new. */
function claimOf(jws: string): string {
  try {
    return JSON.stringify(decodeJwt(jws));
  } catch {
    return '';
  }
}

function claimedSerial(jws: string): number {
  try {
    return Number(decodeJwt(jws)['serial']);
  } catch {
    return 0;
  }
}

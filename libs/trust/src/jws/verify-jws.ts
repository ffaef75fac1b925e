import { JWS_MAX_CHARACTERS } from '@waybill/contracts/agent';
import { compactVerify, decodeProtectedHeader } from 'jose';
import { publicKeyOf } from '../keys.js';

/** What was found out about a compact JWS. `why` is a half sentence: "the signature does not hold". */
export type VerifiedJws =
  | { ok: true; kid: string; payload: string }
  | { ok: false; why: string; /** as the header claims it; null when it names none */ kid: string | null };

const SHAPE = /^[\w-]+\.[\w-]*\.[\w-]*$/;
const MAX_WORDS = 100;
const DECODER = new TextDecoder('utf-8', { fatal: true });

/**
 * Size, shape, type, algorithm, key, signature; in this order, so that a flood of rubbish costs little. Only EdDSA is taken:
 * neither `none` nor an HMAC keyed with a public key gets through. Never rejects, whatever the text is.
 * @param typ that the header must say
 * @param keyOf public key (SPKI) by its id, or a sentence that says why it is not to be used
 */
export async function verifyJws(
  jws: string,
  typ: string,
  keyOf: (kid: string) => { publicKey: string } | { refused: string },
): Promise<VerifiedJws> {
  if (jws.length > JWS_MAX_CHARACTERS) return refuse(`it has ${jws.length} characters; at most ${JWS_MAX_CHARACTERS}`);
  if (!SHAPE.test(jws)) return refuse('not a compact JWS');
  const header = headerOf(jws);
  if (!header) return refuse('not a compact JWS');
  const kid = typeof header.kid === 'string' ? header.kid : null;
  if (header.typ !== typ) return refuse(`type ${words(header.typ)}`, kid);
  if (kid === null) return refuse(`unknown key ${words(header.kid)}`);
  const key = keyOf(kid);
  if ('refused' in key) return refuse(key.refused, kid);
  try {
    const { payload } = await compactVerify(jws, publicKeyOf(key.publicKey), { algorithms: ['EdDSA'] });
    return { ok: true, kid, payload: DECODER.decode(payload) };
  } catch {
    return refuse('the signature does not hold', kid);
  }
}

/** A header field is what the sender wrote: perhaps no text at all, perhaps a page of it. */
export function words(field: unknown): string {
  if (typeof field === 'string') return field.slice(0, MAX_WORDS);
  return `that is ${field === undefined ? 'missing' : 'no text'}`;
}

function headerOf(jws: string): { typ?: unknown; kid?: unknown } | null {
  try {
    return decodeProtectedHeader(jws);
  } catch {
    return null;
  }
}

function refuse(why: string, kid: string | null = null): VerifiedJws {
  return { ok: false, why, kid };
}

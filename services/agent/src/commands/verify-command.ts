import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Command, COMMAND_JWS_TYPE, type SessionResponse } from '@waybill/contracts/agent';
import { compactVerify, decodeJwt, decodeProtectedHeader } from 'jose';
import { commandSchema, executeClaimSchema } from './command-schema.js';

export type ServerKey = SessionResponse['serverKeys'][number];

/** `forged` commands keep what they claim, so that the refusal can be reported; nothing in it may be trusted. */
export type VerifiedCommand = { ok: true; command: Command } | { ok: false; why: string; claimed: Command | null };

/** Checks a compact JWS against pinned keys. */
export interface CommandVerifier {
  verify(jws: string, keys: readonly ServerKey[]): Promise<VerifiedCommand>;
}

const DECODER = new TextDecoder('utf-8', { fatal: true });

/** Type, algorithm, known key of the right use, signature, shape. Whether it is addressed to this computer is judged later. */
export async function verifyCommand(jws: string, keys: readonly ServerKey[]): Promise<VerifiedCommand> {
  let kid: string | undefined;
  try {
    const header = decodeProtectedHeader(jws);
    if (header.typ !== COMMAND_JWS_TYPE) return refuse(jws, `type ${String(header.typ)}`);
    kid = header.kid;
  } catch {
    return { ok: false, why: 'not a signed command', claimed: null };
  }
  const key = keys.find((candidate) => candidate.kid === kid);
  if (!key) return refuse(jws, `unknown key ${String(kid)}`);
  try {
    const { payload } = await compactVerify(jws, publicKey(key), { algorithms: ['EdDSA'] });
    const content: unknown = JSON.parse(DECODER.decode(payload));
    const parsed = commandSchema.safeParse(content);
    if (!parsed.success)
      return { ok: false, why: `malformed at /${parsed.error.issues[0]!.path.join('/')}`, claimed: claimOf(content) };
    // A key is good for one purpose: fleet's session key must not be able to install software.
    const use = parsed.data.kind === 'session.refresh' ? 'session' : 'command';
    return key.use === use
      ? { ok: true, command: parsed.data }
      : refuse(jws, `key ${kid} is not for ${parsed.data.kind}`);
  } catch {
    return refuse(jws, 'the signature does not hold');
  }
}

/** One verification per message for all simulated agents of a process: they read the same bytes with the same keys. */
export class MemoizedVerifier implements CommandVerifier {
  private readonly known = new Map<string, Promise<VerifiedCommand>>();

  constructor(private readonly capacity = 5000) {}

  verify(jws: string, keys: readonly ServerKey[]): Promise<VerifiedCommand> {
    const memo = keys.map((key) => key.publicKey).join() + jws;
    let verdict = this.known.get(memo);
    if (!verdict) {
      if (this.known.size >= this.capacity) this.known.delete(this.known.keys().next().value!);
      this.known.set(memo, (verdict = verifyCommand(jws, keys)));
    }
    return verdict;
  }
}

function refuse(jws: string, why: string): VerifiedCommand {
  try {
    const parsed = commandSchema.safeParse(decodeJwt(jws));
    return { ok: false, why, claimed: parsed.success ? parsed.data : null };
  } catch {
    return { ok: false, why, claimed: null };
  }
}

/** A command that this agent does not understand is refused aloud: in silence its execution would stay queued for ever. */
function claimOf(content: unknown): Command | null {
  const claim = executeClaimSchema.safeParse(content);
  if (!claim.success) return null;
  const manifest = { package: '', version: '', variants: [] };
  return { ...claim.data, priority: 0, action: 'verify', manifest, manifestDigest: '' };
}

function publicKey(key: ServerKey): KeyObject {
  return createPublicKey({ key: Buffer.from(key.publicKey, 'base64url'), format: 'der', type: 'spki' });
}

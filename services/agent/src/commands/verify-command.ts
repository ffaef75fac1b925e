import { createPublicKey, type KeyObject } from 'node:crypto';
import {
  type Command,
  COMMAND_JWS_TYPE,
  commandSchema,
  type ExecuteCommand,
  executeClaimSchema,
  headerSchema,
  type SessionResponse,
} from '@waybill/contracts/agent';
import { compactVerify, decodeJwt, decodeProtectedHeader } from 'jose';

export type ServerKey = SessionResponse['serverKeys'][number];

export type VerifiedCommand =
  | { ok: true; command: Command }
  /** The server's own word (the signature holds), but this agent does not understand all of it; null: not even that part. */
  | {
      ok: false;
      genuine: true;
      why: string;
      claimed: ExecuteCommand | null;
      header: Pick<Command, 'audience' | 'seq'> | null;
    }
  /** Anybody's word. It keeps what it claims, so that the refusal can be reported; nothing in it may be trusted. */
  | { ok: false; genuine: false; why: string; claimed: Command | null };

/** Checks a compact JWS against pinned keys. */
export interface CommandVerifier {
  verify(jws: string, keys: readonly ServerKey[]): Promise<VerifiedCommand>;
}

const MAX_WORDS = 100;
const DECODER = new TextDecoder('utf-8', { fatal: true });

/**
 * Type, algorithm, known key of the right use, signature, shape. Whether it is addressed to this computer is judged later.
 * Never rejects, whatever the bytes are: a message that could not be judged would be read again for ever, and hide all later ones.
 */
export async function verifyCommand(jws: string, keys: readonly ServerKey[]): Promise<VerifiedCommand> {
  let header: { typ?: unknown; kid?: unknown };
  try {
    header = decodeProtectedHeader(jws);
  } catch {
    return { ok: false, genuine: false, why: 'not a signed command', claimed: null };
  }
  const { typ, kid } = header;
  if (typ !== COMMAND_JWS_TYPE) return refuse(jws, `type ${words(typ)}`);
  const key = keys.find((candidate) => candidate.kid === kid);
  if (!key) return refuse(jws, `unknown key ${words(kid)}`);
  let content: unknown;
  try {
    const { payload } = await compactVerify(jws, publicKey(key), { algorithms: ['EdDSA'] });
    content = JSON.parse(DECODER.decode(payload));
  } catch {
    return refuse(jws, 'the signature does not hold');
  }
  const parsed = commandSchema.safeParse(content);
  // A key is good for one purpose: fleet's session key must not be able to install software.
  const use = parsed.data?.kind === 'session.refresh' ? 'session' : 'command';
  if (key.use !== use) return refuse(jws, `key ${key.kid} is not for ${parsed.data?.kind ?? 'commands'}`);
  if (parsed.success) return { ok: true, command: parsed.data };
  const why = `malformed at /${parsed.error.issues[0]!.path.join('/')}`;
  return {
    ok: false,
    genuine: true,
    why,
    claimed: claimOf(content),
    header: headerSchema.safeParse(content).data ?? null,
  };
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
    return { ok: false, genuine: false, why, claimed: parsed.success ? parsed.data : null };
  } catch {
    return { ok: false, genuine: false, why, claimed: null };
  }
}

/** A header field is what the sender wrote: perhaps no text at all, perhaps a page of it. */
function words(field: unknown): string {
  return typeof field === 'string'
    ? field.slice(0, MAX_WORDS)
    : `that is ${field === undefined ? 'missing' : 'no text'}`;
}

/** A command that this agent does not understand is refused aloud: in silence its execution would stay queued for ever. */
function claimOf(content: unknown): ExecuteCommand | null {
  const claim = executeClaimSchema.safeParse(content);
  if (!claim.success) return null;
  const manifest = { package: '', version: '', variants: [] };
  return { ...claim.data, priority: 0, action: 'verify', manifest, manifestDigest: '' };
}

function publicKey(key: ServerKey): KeyObject {
  return createPublicKey({ key: Buffer.from(key.publicKey, 'base64url'), format: 'der', type: 'spki' });
}

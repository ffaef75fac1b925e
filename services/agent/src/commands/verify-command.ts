import {
  type Command,
  COMMAND_JWS_TYPE,
  commandSchema,
  type ExecuteCommand,
  executeClaimSchema,
  headerSchema,
  type KeySet,
  manifestSchema,
} from '@waybill/contracts/agent';
import { usableKey, verifyJws, verifyManifest } from '@waybill/trust';
import { decodeJwt } from 'jose';
import type { ProvenCommand, ProvenExecute } from './proven-command.js';

/** Why a genuine command is not carried out. */
export type MisunderstoodReason =
  'command.notUnderstood' | 'manifest.refused' | 'manifest.keyRevoked' | 'manifest.keyUnknown';

export type VerifiedCommand =
  | { ok: true; command: ProvenCommand }
  /**
   * The server's own word (the signature holds), but this agent does not understand all of it, or nobody published what it is
   * to install; `claimed` null: not even the job is known.
   */
  | {
      ok: false;
      genuine: true;
      reason: MisunderstoodReason;
      why: string;
      claimed: ProvenExecute | null;
      header: Pick<Command, 'audience' | 'seq'> | null;
    }
  /** Anybody's word. It keeps what it claims, so that the refusal can be reported; nothing in it may be trusted. */
  | { ok: false; genuine: false; why: string; claimed: ProvenCommand | null; /** as claimed */ kid: string | null };

/** Checks a command against the key set of this computer. */
export interface CommandVerifier {
  /** @param now corrected clock, milliseconds */
  verify(jws: string, keys: KeySet | null, now: number): Promise<VerifiedCommand>;
}

/**
 * Type, algorithm, known key of the right use, signature, shape, and of what it is to install the publisher's signature.
 * Whether it is addressed to this computer is judged later.
 * Never rejects, whatever the bytes are: a message that could not be judged would be read again for ever, and hide all later ones.
 */
export async function verifyCommand(jws: string, keys: KeySet | null, now: number): Promise<VerifiedCommand> {
  const verified = await verifyJws(jws, COMMAND_JWS_TYPE, (kid) => usableKey(keys, kid, useOf(keys, kid), now));
  if (!verified.ok) return forged(jws, verified.why, verified.kid);
  const { kid } = verified;
  const content = parse(verified.payload);
  const parsed = commandSchema.safeParse(content);
  // A key is good for one purpose: fleet's session key must not be able to install software.
  const use = parsed.data?.kind === 'session.refresh' ? 'session' : 'command';
  if (useOf(keys, kid) !== use) return forged(jws, `key ${kid} is not for ${parsed.data?.kind ?? 'commands'}`, kid);
  if (!parsed.success)
    return misunderstood(content, 'command.notUnderstood', `malformed at ${pointer(parsed.error.issues[0]!.path)}`);
  return parsed.data.kind === 'execute'
    ? proveManifest(parsed.data, kid, keys, now)
    : { ok: true, command: parsed.data };
}

/** One verification per message for all simulated agents of a process: they read the same bytes with the same keys. */
export class MemoizedVerifier implements CommandVerifier {
  private readonly known = new Map<string, Promise<VerifiedCommand>>();

  constructor(private readonly capacity = 5000) {}

  verify(jws: string, keys: KeySet | null, now: number): Promise<VerifiedCommand> {
    const memo = `${keys?.issuedAt} ${keys?.serial} ${jws}`;
    let verdict = this.known.get(memo);
    if (!verdict) {
      if (this.known.size >= this.capacity) this.known.delete(this.known.keys().next().value!);
      this.known.set(memo, (verdict = verifyCommand(jws, keys, now)));
    }
    return verdict;
  }
}

async function proveManifest(
  command: ExecuteCommand,
  signedBy: string,
  keys: KeySet | null,
  now: number,
): Promise<VerifiedCommand> {
  const proof = await verifyManifest(command.signedManifest, command.manifestDigest, keys, now);
  if (!proof.ok) return misunderstood(command, proof.reason, proof.why);
  const manifest = manifestSchema.safeParse(proof.content);
  if (manifest.success) return { ok: true, command: { ...command, manifest: manifest.data, signedBy } };
  const where = pointer(['manifest', ...manifest.error.issues[0]!.path]);
  return misunderstood(command, 'command.notUnderstood', `malformed at ${where}`);
}

function useOf(keys: KeySet | null, kid: string): 'session' | 'command' {
  return keys?.keys.find((key) => key.kid === kid)?.use === 'session' ? 'session' : 'command';
}

function misunderstood(content: unknown, reason: MisunderstoodReason, why: string): VerifiedCommand {
  const header = headerSchema.safeParse(content).data ?? null;
  return { ok: false, genuine: true, reason, why, claimed: claimOf(content), header };
}

function forged(jws: string, why: string, kid: string | null): VerifiedCommand {
  return { ok: false, genuine: false, why, kid, claimed: claimOfForgery(jws) };
}

function claimOfForgery(jws: string): ProvenCommand | null {
  try {
    const { data } = commandSchema.safeParse(decodeJwt(jws));
    if (data?.kind !== 'execute') return data ?? null;
    return claimOf(data);
  } catch {
    return null;
  }
}

/** A command that this agent does not carry out is refused aloud: in silence its execution would stay queued for ever. */
function claimOf(content: unknown): ProvenExecute | null {
  const claim = executeClaimSchema.safeParse(content);
  if (!claim.success) return null;
  const manifest = { package: '', version: '', variants: [] };
  return { ...claim.data, priority: 0, action: 'verify', manifest, signedManifest: '', manifestDigest: '' };
}

function pointer(path: readonly PropertyKey[]): string {
  return `/${path.map(String).join('/')}`;
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return null;
  }
}

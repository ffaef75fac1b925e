import type { KeySet } from '@waybill/contracts/agent';
import { decodeProtectedHeader } from 'jose';
import type { CommandVerifier, VerifiedCommand } from './verify-command.js';

/**
 * For computers that take only what the organisation's own key signed: where the package service holds a publishing key for convenience,
 * whoever breaks into it can sign anything. The key set, which the root key signed, says who holds which key.
 */
export function demandOwnKey(verifier: CommandVerifier): CommandVerifier {
  return {
    verify: async (jws, keys, now) => judged(await verifier.verify(jws, keys, now), keys),
  };
}

function judged(verified: VerifiedCommand, keys: KeySet | null): VerifiedCommand {
  if (!verified.ok || verified.command.kind !== 'execute') return verified;
  const { command } = verified;
  const { kid } = decodeProtectedHeader(command.signedManifest);
  if (keys?.keys.find((key) => key.kid === kid)?.holder === 'organisation') return verified;
  return {
    ok: false,
    genuine: true,
    reason: 'manifest.refused',
    why: `it was published with the key ${kid}, which a service holds; this computer takes only what the organisation’s own key signed`,
    claimed: command,
    header: command,
  };
}

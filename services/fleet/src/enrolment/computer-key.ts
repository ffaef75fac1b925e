import { createPublicKey, type KeyObject } from 'node:crypto';
import { invalid } from '@waybill/contracts';

/** An Ed25519 public key in its one canonical spelling: two spellings of a key must not become two computers. */
export interface ComputerKey {
  /** SPKI DER, base64url without padding */
  spki: string;
}

/**
 * Reads the public key an agent presents at enrolment.
 * @throws WaybillError `enrolment.keyInvalid` when it is not the SPKI DER of an Ed25519 key
 */
export function parseComputerKey(publicKey: string): ComputerKey {
  const key = readKey(publicKey);
  if (key?.asymmetricKeyType !== 'ed25519') {
    throw invalid('enrolment.keyInvalid', 'publicKey must be an Ed25519 public key, SPKI DER in base64url.', [
      { pointer: '/publicKey', message: 'must be an Ed25519 public key, SPKI DER in base64url' },
    ]);
  }
  return { spki: key.export({ format: 'der', type: 'spki' }).toString('base64url') };
}

/** Key object of a stored key, for checking signatures. */
export function computerKeyObject(spki: string): KeyObject {
  return createPublicKey({ key: Buffer.from(spki, 'base64url'), format: 'der', type: 'spki' });
}

function readKey(publicKey: string): KeyObject | null {
  try {
    return computerKeyObject(publicKey);
  } catch {
    return null;
  }
}

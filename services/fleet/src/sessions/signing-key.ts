import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { ConfigError } from '@waybill/platform';

/** Private key with the id under which the other side knows its public half. */
export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/** @throws ConfigError naming the variable when the PEM does not hold an Ed25519 private key */
export function readSigningKey(pem: string, kid: string, variable: string): SigningKey {
  const privateKey = ed25519(() => createPrivateKey(pem), variable, 'private');
  return { kid, privateKey, publicKey: createPublicKey(privateKey) };
}

/** @throws ConfigError naming the variable when the PEM does not hold an Ed25519 public key */
export function readPublicKey(pem: string, variable: string): KeyObject {
  return ed25519(() => createPublicKey(pem), variable, 'public');
}

/** How keys travel to the agents: SPKI DER, base64url. */
export function toSpki(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).toString('base64url');
}

function ed25519(read: () => KeyObject, variable: string, half: string): KeyObject {
  const key = tryRead(read);
  if (key?.asymmetricKeyType !== 'ed25519')
    throw new ConfigError(`${variable} (or ${variable}_FILE) must hold a PEM with an Ed25519 ${half} key.`);
  return key;
}

function tryRead(read: () => KeyObject): KeyObject | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** Injection token of the key that signs access tokens and session notices. */
export const SESSION_KEY = Symbol('SESSION_KEY');

/** Injection token of the public key that command signatures are checked with: `{ kid, publicKey }`. */
export const COMMAND_KEY = Symbol('COMMAND_KEY');

/** A public key with the id under which agents pin it. */
export interface VerificationKey {
  kid: string;
  publicKey: KeyObject;
}

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** Private key with the id under which the other side knows its public half. */
export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/** @throws Error naming the variable when the PEM does not hold an Ed25519 private key */
export function readSigningKey(pem: string, kid: string, variable: string): SigningKey {
  const privateKey = ed25519(() => createPrivateKey(pem), variable, 'private');
  return { kid, privateKey, publicKey: createPublicKey(privateKey) };
}

/** @throws Error naming the variable when the PEM does not hold an Ed25519 public key */
export function readPublicKey(pem: string, variable: string): KeyObject {
  return ed25519(() => createPublicKey(pem), variable, 'public');
}

/** How keys travel to the agents: SPKI DER, base64url. */
export function toSpki(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).toString('base64url');
}

function ed25519(read: () => KeyObject, variable: string, half: string): KeyObject {
  const key = tryRead(read);
  if (key?.asymmetricKeyType !== 'ed25519') throw new Error(`${variable} must name a PEM file with an Ed25519 ${half} key.`);
  return key;
}

function tryRead(read: () => KeyObject): KeyObject | null {
  try {
    return read();
  } catch {
    return null;
  }
}

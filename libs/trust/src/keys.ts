import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** @throws Error when the PEM holds no Ed25519 private key */
export function readPrivateKey(pem: string): KeyObject {
  return ed25519(createPrivateKey(pem), 'private');
}

/**
 * @param spki Ed25519, SPKI DER in base64url, as keys travel
 * @throws Error when it is none
 */
export function publicKeyOf(spki: string): KeyObject {
  return ed25519(createPublicKey({ key: Buffer.from(spki, 'base64url'), format: 'der', type: 'spki' }), 'public');
}

/** How keys travel: SPKI DER in base64url; of a private key its public half. */
export function toSpki(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return half.export({ format: 'der', type: 'spki' }).toString('base64url');
}

/** `sha256:<hex>` over the SPKI DER: short enough to be told over another channel. */
export function fingerprint(spki: string): string {
  return `sha256:${createHash('sha256').update(Buffer.from(spki, 'base64url')).digest('hex')}`;
}

function ed25519(key: KeyObject, half: string): KeyObject {
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new Error(`it is an ${key.asymmetricKeyType ?? 'unknown'} key, it must be an Ed25519 ${half} key`);
}

import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

const PEM_BLOCK = /-----BEGIN PUBLIC KEY-----[\s\S]+?-----END PUBLIC KEY-----/g;

/** @throws Error when the text is no Ed25519 private key in PEM */
export function actorPrivateKey(pem: string): KeyObject {
  return demandEd25519(createPrivateKey(pem));
}

/**
 * Several public keys may stand one after the other: while the key is rotated, services accept the old and the new one.
 * @throws Error when there is none, or one is not an Ed25519 public key
 */
export function actorPublicKeys(pem: string): KeyObject[] {
  const blocks = pem.match(PEM_BLOCK) ?? [];
  if (blocks.length === 0) throw new Error('there is no PEM block "PUBLIC KEY"');
  return blocks.map((block) => demandEd25519(createPublicKey(block)));
}

/** Names a key by what it is, so that gateway and services need not agree on a name. */
export function keyIdOf(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('base64url').slice(0, 22);
}

function demandEd25519(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`it is ${key.asymmetricKeyType}, it must be Ed25519`);
  return key;
}

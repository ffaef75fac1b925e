import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { ValidateBy } from 'class-validator';

const PUBLIC_BLOCK = /-----BEGIN PUBLIC KEY-----[\s\S]+?-----END PUBLIC KEY-----/g;

/** One Ed25519 private key as PKCS#8 PEM. */
export function IsEd25519PrivateKey(): PropertyDecorator {
  return keyRule('must be an Ed25519 private key in PEM (PKCS#8); name its file in <variable>_FILE', (pem) =>
    isEd25519(() => createPrivateKey(pem)),
  );
}

/** One Ed25519 public key as SPKI PEM, or several one after the other while a key is rotated. */
export function IsEd25519PublicKeys(): PropertyDecorator {
  return keyRule('must be one or more Ed25519 public keys in PEM (SPKI); name their file in <variable>_FILE', (pem) => {
    const blocks = pem.match(PUBLIC_BLOCK) ?? [];
    return blocks.length > 0 && blocks.every((block) => isEd25519(() => createPublicKey(block)));
  });
}

function keyRule(message: string, holds: (pem: string) => boolean): PropertyDecorator {
  const validate = (value: unknown) => typeof value === 'string' && holds(value);
  return ValidateBy({ name: 'ed25519Pem', validator: { validate, defaultMessage: () => `$property ${message}` } });
}

function isEd25519(read: () => KeyObject): boolean {
  try {
    return read().asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}

import { createHash, randomBytes } from 'node:crypto';

const PREFIX = 'wbe_';

/** A new secret: 256 random bits behind a prefix that secret scanners can recognise. */
export function newEnrolmentSecret(): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

/** What is stored of a secret. It has 256 bits of its own, so a plain SHA-256 cannot be searched through. */
export function hashEnrolmentSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

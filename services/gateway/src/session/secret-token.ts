import { createHash, randomBytes } from 'node:crypto';

/** A bearer secret: shown once, kept only as its SHA-256. */
export interface SecretToken {
  secret: string;
  hash: Buffer;
}

/** @param prefix tells what leaked when a scanner finds one, e.g. `wbt_` for API tokens, `wbs_` for sessions */
export function newSecretToken(prefix: 'wbt_' | 'wbs_'): SecretToken {
  const secret = prefix + randomBytes(32).toString('base64url');
  return { secret, hash: hashSecret(secret) };
}

/** 256 random bits need no salt and no slow hash. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

import { KEY_USES, type KeySet } from '@waybill/contracts/agent';
import { z } from 'zod';
import { publicKeyOf } from '../keys.js';

const moment = z.iso.datetime({ offset: true });

const key = z.object({
  kid: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must have 1-64 letters, digits or . _ -'),
  use: z.enum(KEY_USES),
  publicKey: z.string().refine(isEd25519, 'must be an Ed25519 public key, SPKI DER in base64url'),
  holder: z.enum(['organisation', 'service']),
  notBefore: moment,
  notAfter: moment.nullable(),
  revokedAt: moment.nullable(),
});

/** Shape of a key set. Fields that this version does not know are ignored: a newer installation may say more. */
export const keySetSchema: z.ZodType<KeySet> = z
  .object({
    v: z.literal(1),
    serial: z.int().min(1),
    issuedAt: moment,
    keys: z.array(key).min(1).max(200),
  })
  .refine(({ keys }) => new Set(keys.map(({ kid }) => kid)).size === keys.length, 'has two keys of one id')
  .refine(
    ({ keys }) => keys.some(({ use, revokedAt }) => use === 'root' && revokedAt === null),
    'has no root key: nobody could ever replace it',
  );

function isEd25519(spki: string): boolean {
  try {
    return publicKeyOf(spki).asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}

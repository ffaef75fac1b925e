import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeySet } from '@waybill/contracts/agent';
import { chainOf, keyState, publicKeyOf, readPrivateKey, toSpki } from '@waybill/trust';
import { TOKEN_KEY_ID } from '../servers/server-addresses.ts';

/** A public key whose tokens the broker takes. */
export interface SessionKey {
  readonly kid: string;
  /** SPKI */
  readonly pem: string;
}

/** Those of the set that count at this moment: tokens outlive the rotation of their key. */
export function sessionKeysOf(set: KeySet): SessionKey[] {
  return set.keys
    .filter((key) => key.use === 'session' && keyState(key, Date.now()) === 'valid')
    .map(({ kid, publicKey }) => ({
      kid,
      pem: publicPem(publicKey),
    }));
}

/** @param spki DER in base64url */
export function publicPem(spki: string): string {
  return publicKeyOf(spki).export({ type: 'spki', format: 'pem' }).toString();
}

/** What the broker of an instance is to trust, by the instance's keys; the first is the one in use. */
export function brokerKeys(directory: string): SessionKey[] {
  const inUse = readPrivateKey(readFileSync(join(directory, 'token.pem'), 'utf8'));
  const spki = toSpki(inUse);
  const pem = publicPem(spki);
  const file = join(directory, 'keyset.jws');
  if (!existsSync(file)) return [{ kid: TOKEN_KEY_ID, pem }];
  // Ours alone to write, like the private keys beside it: only what is in it is of interest here.
  const newest = chainOf(readFileSync(file, 'utf8')).at(-1)?.split('.')[1] ?? '';
  const set = JSON.parse(Buffer.from(newest, 'base64url').toString()) as KeySet;
  const kid = set.keys.find(({ publicKey }) => publicKey === spki)?.kid ?? TOKEN_KEY_ID;
  return [{ kid, pem }, ...sessionKeysOf(set).filter((key) => key.pem !== pem)];
}

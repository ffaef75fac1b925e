import type { KeyObject } from 'node:crypto';
import type { Actor, RpcPattern } from '@waybill/contracts';
import { SignJWT } from 'jose';
import { actorPrivateKey, keyIdOf } from './actor-keys.js';
import { ParsedText } from './parsed-text.js';
import { ACTOR_TOKEN_SECONDS, ACTOR_TOKEN_TYPE, type ActorClaims, bodyDigest } from './actor-token.js';

/** Vouches for the actor of one request. Only the gateway, which knows who somebody is, holds the key. */
export class ActorSigner {
  private readonly key: ParsedText<{ privateKey: KeyObject; keyId: string }>;

  /** @param read the key at this moment. @throws Error when it is no Ed25519 private key in PEM */
  constructor(read: () => string) {
    this.key = new ParsedText(read, (pem) => {
      const privateKey = actorPrivateKey(pem);
      return { privateKey, keyId: keyIdOf(privateKey) };
    });
  }

  /** @param at epoch seconds; default now */
  sign(actor: Actor, pattern: RpcPattern, content: Buffer, at = Math.floor(Date.now() / 1000)): Promise<string> {
    const { privateKey, keyId } = this.key.current;
    const claims: ActorClaims = { rpc: pattern, body: bodyDigest(content), actor };
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'EdDSA', kid: keyId, typ: ACTOR_TOKEN_TYPE })
      .setIssuedAt(at)
      .setExpirationTime(at + ACTOR_TOKEN_SECONDS)
      .sign(privateKey);
  }
}

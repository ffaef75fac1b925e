import type { KeyObject } from 'node:crypto';
import type { Actor, RpcPattern } from '@waybill/contracts';
import { SignJWT } from 'jose';
import { actorPrivateKey, keyIdOf } from './actor-keys.js';
import { ACTOR_TOKEN_SECONDS, ACTOR_TOKEN_TYPE, type ActorClaims, bodyDigest } from './actor-token.js';

/** Vouches for the actor of one request. Only the gateway, which knows who somebody is, holds the key. */
export class ActorSigner {
  private readonly key: KeyObject;
  private readonly keyId: string;

  /** @throws Error when the text is no Ed25519 private key in PEM */
  constructor(pem: string) {
    this.key = actorPrivateKey(pem);
    this.keyId = keyIdOf(this.key);
  }

  /** @param at epoch seconds; default now */
  sign(actor: Actor, pattern: RpcPattern, content: Buffer, at = Math.floor(Date.now() / 1000)): Promise<string> {
    const claims: ActorClaims = { rpc: pattern, body: bodyDigest(content), actor };
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'EdDSA', kid: this.keyId, typ: ACTOR_TOKEN_TYPE })
      .setIssuedAt(at)
      .setExpirationTime(at + ACTOR_TOKEN_SECONDS)
      .sign(this.key);
  }
}

import type { KeyObject } from 'node:crypto';
import { type Actor, WaybillError } from '@waybill/contracts';
import { errors, jwtVerify, type JWTHeaderParameters } from 'jose';
import { actorPublicKeys, keyIdOf } from './actor-keys.js';
import {
  ACTOR_TOKEN_SECONDS,
  ACTOR_TOKEN_TYPE,
  type ActorClaims,
  bodyDigest,
  CLOCK_TOLERANCE_SECONDS,
  MAX_ACTOR_TOKEN,
} from './actor-token.js';
import { ParsedText } from './parsed-text.js';

/** Checks what the gateway signed. */
export class ActorVerifier {
  private readonly keys: ParsedText<ReadonlyMap<string, KeyObject>>;

  /** @param read one or more Ed25519 public keys (PEM), at this moment. @throws Error when one is none */
  constructor(read: () => string) {
    this.keys = new ParsedText(read, (pem) => new Map(actorPublicKeys(pem).map((key) => [keyIdOf(key), key])));
  }

  /** @throws WaybillError forbidden `actor.invalid`: forged, expired, or signed for another request */
  async verify(token: unknown, pattern: string, content: Buffer): Promise<Actor> {
    if (typeof token !== 'string' || token.length > MAX_ACTOR_TOKEN) throw refused('it is no token');
    const { rpc, body, actor } = await this.claims(token);
    if (rpc !== pattern) throw refused('it was signed for another request');
    if (body !== bodyDigest(content)) throw refused('it was signed for another body');
    return actor;
  }

  private async claims(token: string): Promise<ActorClaims> {
    try {
      const { payload } = await jwtVerify<ActorClaims>(token, (header) => this.keyOf(header), {
        algorithms: ['EdDSA'],
        typ: ACTOR_TOKEN_TYPE,
        requiredClaims: ['iat', 'exp', 'rpc', 'body', 'actor'],
        maxTokenAge: ACTOR_TOKEN_SECONDS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw refused('it has expired');
      throw refused(error instanceof WaybillError ? error.detail : 'its signature is not the gateway’s');
    }
  }

  private keyOf({ kid }: JWTHeaderParameters): KeyObject {
    const key = this.keys.current.get(kid ?? '');
    if (!key) throw new errors.JOSEError('the key is not known');
    return key;
  }
}

function refused(why: string): WaybillError {
  return new WaybillError('forbidden', 'actor.invalid', `The proof of who asks was refused: ${why}. Nothing was done.`);
}

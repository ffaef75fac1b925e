import { createHash } from 'node:crypto';
import type { Actor } from '@waybill/contracts';

/** Header of a request: who it is made for, as a JWT that only the gateway can sign. */
export const ACTOR_HEADER = 'x-waybill-actor';

/** `typ` of the JWT: a token made for something else is none. */
export const ACTOR_TOKEN_TYPE = 'waybill-actor+jwt';

/** How long a request may wait in a queue before nobody vouches for it any more. */
export const ACTOR_TOKEN_SECONDS = 60;

/** How far apart the clocks of gateway and services may be. */
export const CLOCK_TOLERANCE_SECONDS = 10;

/** A longer one is refused before it is looked at; the gateway keeps grants far below. */
export const MAX_ACTOR_TOKEN = 48 * 1024;

/** What the token says besides `iat` and `exp`; it is good for this one request only. */
export interface ActorClaims {
  /** pattern of the request */
  rpc: string;
  /** SHA-256 of the request's body, base64url */
  body: string;
  actor: Actor;
}

export function bodyDigest(content: Buffer): string {
  return createHash('sha256').update(content).digest('base64url');
}

import type { KeyObject } from 'node:crypto';
import { agentScopes, computerIdOfUser, computerUser, WaybillError } from '@waybill/contracts';
import { jwtVerify, SignJWT } from 'jose';
import type { SigningKey } from './signing-key.js';

/** Life of an access token, seconds; agents renew at two thirds. */
export const ACCESS_TOKEN_LIFE = 3600;

/** The broker's `resource_server_id`: it takes only tokens for this audience. */
const AUDIENCE = 'waybill';

/**
 * Signs the token that is both the computer's broker password and its bearer token here. What it may read and write
 * is in its scopes; the broker asks nobody else.
 * @param vhost the agents' virtual host with its prefix
 */
export async function issueAccessToken(
  key: SigningKey,
  vhost: string,
  computerId: string,
  groupIds: readonly string[],
  now: Date,
): Promise<{ token: string; scope: string }> {
  const scope = agentScopes(vhost, computerId, groupIds).join(' ');
  const user = computerUser(computerId);
  const seconds = Math.floor(now.getTime() / 1000);
  const token = await new SignJWT({
    sub: user,
    aud: AUDIENCE,
    scope,
    client_id: user,
    iat: seconds,
    exp: seconds + ACCESS_TOKEN_LIFE,
  })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: key.kid })
    .sign(key.privateKey);
  return { token, scope };
}

/**
 * The computer a bearer token was issued to.
 * @throws WaybillError `token.invalid` when it is expired, not ours, or no token
 */
export async function verifyAccessToken(publicKey: KeyObject, token: string): Promise<string> {
  const computerId = computerIdOfUser((await subjectOf(publicKey, token)) ?? '');
  if (computerId === null) throw accessTokenInvalid();
  return computerId;
}

export function accessTokenInvalid(): WaybillError {
  return new WaybillError(
    'unauthorized',
    'token.invalid',
    'The access token is missing, expired or not ours; fetch a new one from POST /agent/v1/token.',
  );
}

async function subjectOf(publicKey: KeyObject, token: string): Promise<string | undefined> {
  try {
    const { payload } = await jwtVerify(token, publicKey, {
      algorithms: ['EdDSA'],
      audience: AUDIENCE,
      requiredClaims: ['exp', 'sub', 'scope'],
    });
    return payload.sub;
  } catch {
    throw accessTokenInvalid();
  }
}

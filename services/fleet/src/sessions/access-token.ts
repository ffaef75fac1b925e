import { agentScopes, computerIdOfUser, computerUser, type KeySet, WaybillError } from '@waybill/contracts';
import { publicKeyOf, type SigningKey, usableKey } from '@waybill/trust';
import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';

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
 * The computer a bearer token was issued to. Any session key of the set will do: tokens outlive the rotation of their key.
 * @throws WaybillError `token.invalid` when it is expired, not valid yet, not ours, or no token
 */
export async function verifyAccessToken(keys: KeySet, token: string, now: Date): Promise<string> {
  const computerId = computerIdOfUser((await subjectOf(keys, token, now)) ?? '');
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

async function subjectOf(keys: KeySet, token: string, now: Date): Promise<string | undefined> {
  try {
    const { kid = '' } = decodeProtectedHeader(token);
    const usable = usableKey(keys, kid, 'session', now.getTime());
    if ('refused' in usable) throw accessTokenInvalid();
    const { payload } = await jwtVerify(token, publicKeyOf(usable.publicKey), {
      algorithms: ['EdDSA'],
      currentDate: now,
      audience: AUDIENCE,
      requiredClaims: ['exp', 'sub', 'scope'],
    });
    return payload.sub;
  } catch {
    throw accessTokenInvalid();
  }
}

import { computerIdOfUser, WaybillError } from '@waybill/contracts';
import { decodeJwt, errors, jwtVerify } from 'jose';
import { computerKeyObject } from '../enrolment/computer-key.js';

/** `aud` of the assertions that this service takes. */
export const ASSERTION_AUDIENCE = 'waybill-fleet';

/** Longest life of an assertion, seconds. */
export const ASSERTION_MAX_LIFE = 300;

/** How far the clocks may differ, seconds. */
export const CLOCK_TOLERANCE = 30;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A verified assertion; only its single use is still to be checked. */
export interface ClientAssertion {
  computerId: string;
  jti: string;
  /** from here on it would be refused as expired, so its `jti` need not be remembered longer */
  goneAt: Date;
}

/**
 * Whom an assertion claims to come from, unverified: tells which key to check it with.
 * @throws WaybillError `token.assertionInvalid`
 */
export function claimedComputer(assertion: string): string {
  const subject = subjectOf(assertion);
  const computerId = subject === undefined ? null : computerIdOfUser(subject);
  if (computerId === null || !UUID.test(computerId))
    throw assertionInvalid('"iss" and "sub" must be "a-" and the id of the computer');
  return computerId;
}

/**
 * Checks an RFC 7523 client assertion with the key of the computer it claims to come from. Only EdDSA is taken, so that
 * neither `none` nor an HMAC keyed with the public key gets through.
 * @throws WaybillError `token.assertionInvalid`, `token.assertionExpired`
 */
export async function verifyAssertion(
  assertion: string,
  computerId: string,
  publicKey: string,
  now: Date,
): Promise<ClientAssertion> {
  const subject = `a-${computerId}`;
  const claims = await verified(assertion, subject, publicKey, now);
  const seconds = Math.floor(now.getTime() / 1000);
  if (typeof claims.jti !== 'string' || claims.jti.length === 0 || claims.jti.length > 128)
    throw assertionInvalid('"jti" must be a text of 1-128 characters');
  if (claims.exp! - seconds > ASSERTION_MAX_LIFE + CLOCK_TOLERANCE)
    throw assertionInvalid(`"exp" must be at most ${ASSERTION_MAX_LIFE} seconds ahead`);
  return { computerId, jti: claims.jti, goneAt: new Date((claims.exp! + CLOCK_TOLERANCE) * 1000) };
}

/** One code for every flaw of an assertion: the sentence helps an honest agent, a forger learns nothing of keys. */
export function assertionInvalid(what: string): WaybillError {
  return new WaybillError('unauthorized', 'token.assertionInvalid', `The client assertion is not acceptable: ${what}.`);
}

async function verified(assertion: string, subject: string, publicKey: string, now: Date) {
  try {
    const result = await jwtVerify(assertion, computerKeyObject(publicKey), {
      algorithms: ['EdDSA'],
      issuer: subject,
      subject,
      audience: ASSERTION_AUDIENCE,
      requiredClaims: ['exp', 'jti'],
      clockTolerance: CLOCK_TOLERANCE,
      currentDate: now,
    });
    return result.payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      throw new WaybillError(
        'unauthorized',
        'token.assertionExpired',
        'The client assertion has expired; correct the clock by the Date header of this answer and sign a new one.',
      );
    }
    throw assertionInvalid('its signature, algorithm, issuer, subject, audience or times do not hold');
  }
}

function subjectOf(assertion: string): string | undefined {
  try {
    return decodeJwt(assertion).sub;
  } catch {
    throw assertionInvalid('it is not a JWT');
  }
}

import { type CreateEnrolmentToken, invalid, WaybillError } from '@waybill/contracts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_LIFE_MS = 366 * DAY_MS;

/** Limits of a new token, with the defaults filled in. */
export interface TokenLimits {
  maxUses: number;
  expiresAt: Date;
}

/** @throws WaybillError `enrolmentToken.expiryInvalid` for a moment that is past or more than 366 days ahead */
export function tokenLimits(request: CreateEnrolmentToken, now: Date): TokenLimits {
  const expiresAt = request.expiresAt === undefined ? new Date(now.getTime() + DAY_MS) : new Date(request.expiresAt);
  const life = expiresAt.getTime() - now.getTime();
  if (!(life > 0 && life <= MAX_LIFE_MS)) {
    throw invalid(
      'enrolmentToken.expiryInvalid',
      'expiresAt must be a moment in the future, at most 366 days ahead, e.g. 2026-12-01T00:00:00Z.',
      [{ pointer: '/expiresAt', message: 'must be in the future, at most 366 days ahead' }],
    );
  }
  return { maxUses: request.maxUses ?? 1, expiresAt };
}

/** What is known of a presented token. */
export interface TokenState {
  id: string;
  maxUses: number;
  uses: number;
  expiresAt: Date;
}

/**
 * May a computer that is enrolled already be answered its id? With any valid token, and with the very token it
 * enrolled with even when that is used up or past: the first answer may have been lost on the way.
 */
export function mayRepeatEnrolment(token: TokenState, enrolledWith: string | null, now: Date): boolean {
  return token.id === enrolledWith || isUsable(token, now);
}

/** True while the token admits another computer. The database judges again when it counts the use. */
export function isUsable(token: TokenState, now: Date): boolean {
  return token.uses < token.maxUses && token.expiresAt > now;
}

/** One refusal for unknown, expired and used-up tokens: a guesser learns nothing from it. */
export function tokenInvalid(): WaybillError {
  return new WaybillError(
    'unauthorized',
    'enrolment.tokenInvalid',
    'The enrolment token is unknown, expired or used up; ask an administrator for a new one.',
  );
}

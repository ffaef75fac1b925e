import { limited } from '@waybill/contracts';
import type { RequestHandler } from 'express';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { addressOf, tokenOf } from './caller-keys.js';

/** Requests per second of one caller, averaged over {@link WINDOW_SECONDS}; 0: no limit. Every process counts for itself. */
export interface RateLimits {
  perToken: number;
  /** of all who come from one address; computers of a whole site may share one */
  perAddress: number;
}

/** A burst of this many seconds' worth may come at once. */
const WINDOW_SECONDS = 10;

/** Refuses what comes too often with 429 and when to come again; orchestrators' probes are never refused. */
export function rateLimit({ perToken, perAddress }: RateLimits): RequestHandler {
  const tokens = limiter(perToken);
  const addresses = limiter(perAddress);
  return async (request, _response, next) => {
    if (request.path.startsWith('/health/')) return next();
    const token = tokenOf(request);
    const wait =
      (await secondsToWait(addresses, addressOf(request))) || (token ? await secondsToWait(tokens, token) : 0);
    if (wait === 0) return next();
    next(limited('request.tooMany', `Too many requests; try again in ${Math.ceil(wait)} s.`, wait));
  };
}

function limiter(perSecond: number): RateLimiterMemory | null {
  if (perSecond === 0) return null;
  return new RateLimiterMemory({ points: perSecond * WINDOW_SECONDS, duration: WINDOW_SECONDS });
}

/** 0 when the call may go on. */
async function secondsToWait(limits: RateLimiterMemory | null, key: string): Promise<number> {
  if (!limits) return 0;
  try {
    await limits.consume(key);
    return 0;
  } catch (refusal) {
    return Math.max(0.001, (refusal as RateLimiterRes).msBeforeNext / 1000);
  }
}

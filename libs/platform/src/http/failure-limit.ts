import { limited } from '@waybill/contracts';
import type { RequestHandler } from 'express';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { addressOf } from './caller-keys.js';

export interface FailureLimit {
  /** refusals that one address may collect in `seconds` */
  failures: number;
  seconds: number;
  /** the status that means "guessed wrong" */
  status: number;
}

/**
 * Against guessing: an address that was refused too often hears 429 until its oldest window is over. Successes cost nothing, so
 * that a thousand computers behind one address can enrol at the same time. What is under way when the limit is reached is still answered:
 * this is for secrets that nobody guesses in a few thousand tries; passwords have their own throttle.
 */
export function limitFailures({ failures, seconds, status }: FailureLimit): RequestHandler {
  const guesses = new RateLimiterMemory({ points: failures, duration: seconds });
  return async (request, response, next) => {
    const address = addressOf(request);
    const known = await guesses.get(address);
    if (known && known.consumedPoints >= failures) {
      const wait = known.msBeforeNext / 1000;
      return next(
        limited('request.tooManyFailures', `Too many refused attempts; try again in ${Math.ceil(wait)} s.`, wait),
      );
    }
    response.once('finish', () => {
      if (response.statusCode === status) void guesses.penalty(address);
    });
    next();
  };
}

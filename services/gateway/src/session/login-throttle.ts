import { Injectable } from '@nestjs/common';
import { limited } from '@waybill/contracts';
import { addressOf } from '@waybill/platform';
import type { Request } from 'express';
import { RateLimiterMemory } from 'rate-limiter-flexible';

/** Wrong passwords for one username, from anywhere, in a quarter of an hour; then nobody can try until it is over. */
const PER_ACCOUNT = { points: 20, duration: 900 };
/** From one address for one username: a forgotten password is not yet an attack. */
const PER_PAIR = { points: 5, duration: 300 };
/** From one address for any username: many names with one password each. */
const PER_ADDRESS = { points: 50, duration: 900 };

/** Against guessing. Unknown usernames are counted like known ones; every process counts for itself. */
@Injectable()
export class LoginThrottle {
  private readonly account = new RateLimiterMemory({ ...PER_ACCOUNT, keyPrefix: 'account' });
  private readonly pair = new RateLimiterMemory({ ...PER_PAIR, keyPrefix: 'pair' });
  private readonly address = new RateLimiterMemory({ ...PER_ADDRESS, keyPrefix: 'address' });

  /**
   * Counts an attempt before the password is looked at, so that a hundred at the same moment are no more than one after the other.
   * @throws WaybillError limited `session.tooManyFailures`
   */
  async attempt(username: string, request: Request): Promise<void> {
    for (const [limiter, key] of this.keys(username, request)) {
      const counted = await limiter.penalty(key);
      if (counted.consumedPoints <= limiter.points) continue;
      const seconds = counted.msBeforeNext / 1000;
      const detail = `Too many failed logins; try again in ${Math.ceil(seconds)} s.`;
      throw limited('session.tooManyFailures', detail, seconds);
    }
  }

  /** The attempt was none to guess: it is taken back. Who has the password also clears what was counted for that name from there. */
  async succeeded(username: string, request: Request): Promise<void> {
    for (const [limiter, key] of this.keys(username, request))
      await (limiter === this.pair ? limiter.delete(key) : limiter.reward(key));
  }

  private keys(username: string, request: Request): [RateLimiterMemory, string][] {
    const address = addressOf(request);
    return [
      [this.pair, `${username} ${address}`],
      [this.account, username],
      [this.address, address],
    ];
  }
}

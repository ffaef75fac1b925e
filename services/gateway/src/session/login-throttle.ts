import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { limited } from '@waybill/contracts';
import { addressOf } from '@waybill/platform';
import type { Request } from 'express';
import { type IRateLimiterPostgresOptions, RateLimiterPostgres } from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import type { Account } from '../accounts/account.entity.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { LoginAddresses } from './login-addresses.repository.js';
import { SessionAudit } from './session-audit.js';

/**
 * Wrong passwords for one username, from anywhere, in a quarter of an hour; then nobody can try until it is over, except from where
 * its owner has logged in before: else anybody could lock out whom they like.
 */
const PER_ACCOUNT = { points: 20, duration: 900 };
/** From one address for one username: a forgotten password is not yet an attack. */
const PER_PAIR = { points: 5, duration: 300 };
/** From one address for any username: many names with one password each. */
const PER_ADDRESS = { points: 50, duration: 900 };

/** Against guessing. Unknown usernames are counted like known ones; all replicas count together. */
@Injectable()
export class LoginThrottle {
  private readonly account: RateLimiterPostgres;
  private readonly pair: RateLimiterPostgres;
  private readonly address: RateLimiterPostgres;
  /** what is on record already */
  private readonly told: RateLimiterPostgres;

  constructor(
    private readonly dataSource: DataSource,
    private readonly accounts: AccountsRepository,
    private readonly addresses: LoginAddresses,
    private readonly audit: SessionAudit,
  ) {
    const limiter = (keyPrefix: string, limit: Pick<IRateLimiterPostgresOptions, 'points' | 'duration'>) =>
      new RateLimiterPostgres({
        ...limit,
        keyPrefix,
        storeClient: dataSource,
        storeType: 'typeorm',
        schemaName: 'gateway',
        tableName: 'login_failures',
        tableCreated: true,
        // housekeeping does it
        clearExpiredByTimeout: false,
      });
    this.account = limiter('account', PER_ACCOUNT);
    this.pair = limiter('pair', PER_PAIR);
    this.address = limiter('address', PER_ADDRESS);
    this.told = limiter('told', { points: 1, duration: PER_ACCOUNT.duration });
  }

  /**
   * Counts an attempt before the password is looked at, so that a hundred at the same moment are no more than one after the other.
   * @throws WaybillError limited `session.tooManyFailures`
   */
  async attempt(username: string, request: Request): Promise<void> {
    for (const [limiter, key] of this.keys(username, request)) {
      const { consumedPoints, msBeforeNext } = await limiter.penalty(key);
      if (consumedPoints <= limiter.points) continue;
      if (limiter === this.account && (await this.addresses.isKnown(username, addressOf(request)))) continue;
      // once for each time that it closes: whoever goes on must not fill the log
      if ((await this.told.penalty(`${limiter.keyPrefix} ${key}`)).consumedPoints === 1)
        await this.audit.throttled(await this.accounts.findByUsername(username), request);
      const seconds = msBeforeNext / 1000;
      const detail = `Too many failed logins; try again in ${Math.ceil(seconds)} s.`;
      throw limited('session.tooManyFailures', detail, seconds);
    }
  }

  /** The attempt was none to guess, or was not looked at. */
  async takeBack(username: string, request: Request): Promise<void> {
    for (const [limiter, key] of this.keys(username, request)) await limiter.reward(key);
  }

  /** Who has the password also clears what was counted for that name from there. */
  async succeeded({ id, username }: Account, request: Request): Promise<void> {
    for (const [limiter, key] of this.keys(username, request))
      await (limiter === this.pair ? limiter.delete(key) : limiter.reward(key));
    await this.addresses.remember(id, addressOf(request));
  }

  async removeOld(): Promise<void> {
    await this.dataSource.query('DELETE FROM login_failures WHERE expire < $1', [Date.now()]);
    await this.addresses.removeOld();
  }

  private keys(username: string, request: Request): [RateLimiterPostgres, string][] {
    const address = addressOf(request);
    // not in clear: people type their password into the wrong field
    const name = createHash('sha256').update(username).digest('base64url');
    // the account last: an address that may not try any more closes no accounts
    return [
      [this.pair, `${name} ${address}`],
      [this.address, address],
      [this.account, name],
    ];
  }
}

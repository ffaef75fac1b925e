import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Account } from '../accounts/account.entity.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { passwordMatches } from '../accounts/password-hash.js';
import { SessionAudit } from './session-audit.js';
import { LoginThrottle } from './login-throttle.js';
import { badCredentials } from './session-problems.js';

@Injectable()
export class LogIn {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly throttle: LoginThrottle,
    private readonly audit: SessionAudit,
  ) {}

  /**
   * Whose username and password these are. An unknown name, a wrong password, an account without a password and a disabled one
   * get the same answer after the same work. The account is answered as it was when its password was checked.
   * @throws WaybillError unauthorized `session.badCredentials`; limited `session.tooManyFailures`, `session.busy`
   */
  async run(given: { username: string; password: string }, request: Request): Promise<Account> {
    const username = given.username.toLowerCase();
    await this.throttle.attempt(username, request);
    const account = await this.accounts.findByUsername(username);
    const right = await passwordMatches(account?.passwordHash ?? null, given.password).catch(async (error: unknown) => {
      await this.throttle.takeBack(username, request);
      throw error;
    });
    if (!account || !right || account.disabled) {
      await this.audit.refused(account, request);
      throw badCredentials();
    }
    await this.throttle.succeeded(account, request);
    return account;
  }
}

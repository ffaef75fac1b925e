import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { UnitOfWork } from '@waybill/persistence';
import type { Request } from 'express';
import type { ChangePassword as Order } from '../accounts/account-bodies.js';
import { Account } from '../accounts/account.entity.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { hashPassword } from '../accounts/password-hash.js';
import { demandOrdinary, demandPassword } from '../accounts/update-account.js';
import { CredentialsRepository } from './credentials.repository.js';
import { LogIn } from './log-in.js';
import { badCredentials } from './session-problems.js';
import type { Principal } from './principal.js';

@Injectable()
export class ChangePassword {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly accounts: AccountsRepository,
    private readonly credentials: CredentialsRepository,
    private readonly login: LogIn,
  ) {}

  /**
   * Other sessions end with it, and API tokens unless they are to stay. Guessing the current one here is throttled as at a login.
   * @throws WaybillError unauthorized `session.badCredentials`; conflict `account.builtIn`, `account.noPassword`
   */
  async run(
    { currentPassword, newPassword, keepApiTokens }: Order,
    caller: Principal,
    request: Request,
  ): Promise<void> {
    const account = await this.accounts.get(caller.accountId);
    demandOrdinary(account);
    demandPassword(account);
    const { passwordHash: checked } = await this.login.run(
      { username: caller.username, password: currentPassword },
      request,
    );
    const passwordHash = await hashPassword(newPassword);
    await this.work.run(async (sql) => {
      const { id, revision, passwordHash: current } = await this.accounts.lock(sql, caller.accountId, undefined);
      // somebody else has changed it since: the one that was given is no longer the current one
      if (current !== checked) throw badCredentials();
      await sql.update(Account, { id }, { passwordHash, revision: revision + 1 });
      const kept = { but: caller.credentialId, keepApiTokens: keepApiTokens ?? false };
      const ended = await this.credentials.endOfAccount(sql, id, kept);
      await this.audit.record(sql, {
        action: 'account.passwordChanged',
        object: { type: 'account', id },
        details: ended,
      });
    });
  }
}

import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { conflict } from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import { CredentialsRepository } from '../session/credentials.repository.js';
import type { UpdateAccount as Changes } from './account-bodies.js';
import { Account } from './account.entity.js';
import { accountDetails, accountView } from './account-view.js';
import { AccountsRepository } from './accounts.repository.js';
import { storedGrants } from './grants.js';
import { hashPassword } from './password-hash.js';

@Injectable()
export class UpdateAccount {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly accounts: AccountsRepository,
    private readonly credentials: CredentialsRepository,
  ) {}

  /**
   * Changes count from the next request on; a new password ends all sessions and API tokens of the account.
   * @throws notFound `account.notFound`; conflict `account.builtIn`, `account.noPassword`; precondition `precondition.failed`
   */
  async run(id: string, changes: Changes, revision: number | undefined): Promise<Account> {
    const passwordHash = changes.password == null ? undefined : await hashPassword(changes.password);
    const grants = changes.grants == null ? undefined : storedGrants(changes.grants);
    return this.work.run(async (sql) => {
      const account = await this.accounts.lock(sql, id, revision);
      demandOrdinary(account);
      if (passwordHash !== undefined) demandPassword(account);
      const changed = {
        passwordHash: passwordHash ?? account.passwordHash,
        grants: grants ?? account.grants,
        disabled: changes.disabled ?? account.disabled,
        revision: account.revision + 1,
      };
      await sql.update(Account, { id }, changed);
      const ended = passwordHash === undefined ? undefined : await this.credentials.endOfAccount(sql, id);
      const after = { ...account, ...changed };
      await this.audit.record(sql, {
        action: 'account.updated',
        object: { type: 'account', id },
        before: accountView(account),
        after: accountView(after),
        details: { ...accountDetails(after), fields: Object.keys(changes), ...ended },
      });
      return after;
    });
  }
}

/** @throws conflict `account.builtIn` */
export function demandOrdinary({ builtIn }: Account): void {
  if (!builtIn) return;
  const detail = 'The first administrator is configuration: set WAYBILL_ADMIN_PASSWORD, or work with another account.';
  throw conflict('account.builtIn', detail);
}

/** @throws conflict `account.noPassword` */
export function demandPassword({ oidcSubject, username }: Account): void {
  if (oidcSubject === null) return;
  throw conflict('account.noPassword', `"${username}" logs in at the OIDC provider and has no password here.`);
}

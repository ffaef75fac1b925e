import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { UnitOfWork } from '@waybill/persistence';
import { v7 as uuidv7 } from 'uuid';
import type { CreateAccount as Order } from './account-bodies.js';
import type { Account } from './account.entity.js';
import { accountDetails, accountView } from './account-view.js';
import { AccountsRepository } from './accounts.repository.js';
import { storedGrants } from './grants.js';
import { hashPassword } from './password-hash.js';

@Injectable()
export class CreateAccount {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly accounts: AccountsRepository,
  ) {}

  /** @throws conflict `account.exists`; invalid `account.grantsTooLarge` */
  async run({ username, password, grants }: Order): Promise<Account> {
    const account = newAccount({ username, grants: storedGrants(grants ?? []) });
    account.passwordHash = await hashPassword(password);
    await this.work.run(async (sql) => {
      await this.accounts.insert(sql, account);
      await this.audit.record(sql, {
        action: 'account.created',
        object: { type: 'account', id: account.id },
        after: accountView(account),
        details: accountDetails(account),
      });
    });
    return account;
  }
}

export function newAccount(fields: Pick<Account, 'username' | 'grants'>): Account {
  return {
    id: uuidv7(),
    passwordHash: null,
    oidcIssuer: null,
    oidcSubject: null,
    builtIn: false,
    disabled: false,
    createdAt: new Date(),
    revision: 1,
    ...fields,
  };
}

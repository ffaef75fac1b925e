import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { UnitOfWork } from '@waybill/persistence';
import { accountDetails, accountView } from './account-view.js';
import { Account } from './account.entity.js';
import { AccountsRepository } from './accounts.repository.js';
import { demandOrdinary } from './update-account.js';

/** Removes an account; its sessions and API tokens go with it. */
@Injectable()
export class RemoveAccount {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly accounts: AccountsRepository,
  ) {}

  /** @throws notFound `account.notFound`; conflict `account.builtIn` */
  async run(id: string): Promise<void> {
    await this.work.run(async (sql) => {
      const account = await this.accounts.lock(sql, id, undefined);
      demandOrdinary(account);
      await sql.delete(Account, { id });
      await this.audit.record(sql, {
        action: 'account.removed',
        object: { type: 'account', id },
        before: accountView(account),
        details: accountDetails(account),
      });
    });
  }
}

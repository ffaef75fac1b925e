import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { UnitOfWork } from '@waybill/persistence';
import { Account } from '../accounts/account.entity.js';
import { hashPassword, passwordMatches } from '../accounts/password-hash.js';
import { GatewayConfig } from '../gateway.config.js';
import { CredentialsRepository } from './credentials.repository.js';

/**
 * The first administrator's password is configuration. Its hash is kept so that a changed one is noticed, and ends what the old one had opened;
 * replicas that still run with the old one then let nobody in by it.
 */
@Injectable()
export class ConfiguredAdministrator implements OnApplicationBootstrap {
  constructor(
    private readonly config: GatewayConfig,
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly credentials: CredentialsRepository,
  ) {}

  /** Before the first request. Several replicas may do it at once. */
  async onApplicationBootstrap(): Promise<void> {
    await this.work.run(async (sql) => {
      const account = await sql.findOneOrFail(Account, {
        where: { builtIn: true },
        lock: { mode: 'pessimistic_write' },
      });
      if (await passwordMatches(account.passwordHash, this.config.adminPassword)) return;
      const passwordHash = await hashPassword(this.config.adminPassword);
      await sql.update(Account, { id: account.id }, { passwordHash, revision: account.revision + 1 });
      // an installation that starts for the first time, or comes from a version that kept no hash
      if (account.passwordHash === null) return;
      const ended = await this.credentials.endOfAccount(sql, account.id);
      const object = { type: 'account', id: account.id };
      await this.audit.record(sql, { action: 'account.passwordChanged', object, details: ended });
    });
  }
}

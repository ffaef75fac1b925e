import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { WaybillError } from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import type { Request } from 'express';
import { accountDetails, accountView } from '../accounts/account-view.js';
import type { Account } from '../accounts/account.entity.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { newAccount } from '../accounts/create-account.js';
import { SessionAudit, whoLogsIn } from '../session/session-audit.js';
import type { OidcIdentity } from './oidc-provider.js';

const USERNAME = /^[a-z0-9][a-z0-9._@+-]{0,99}$/;

@Injectable()
export class FindOidcAccount {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly accounts: AccountsRepository,
    private readonly refusals: SessionAudit,
  ) {}

  /**
   * The account of somebody at the provider, made at the first login without any right: what it may do is for an administrator.
   * It is found by issuer and subject alone, never by a name: names at a provider can be changed, and given to others.
   * @throws WaybillError unauthorized `oidc.refused` for a disabled account
   */
  async run(identity: OidcIdentity, request: Request): Promise<Account> {
    const account = (await this.known(identity)) ?? (await this.create(identity, request));
    if (!account.disabled) return account;
    await this.refusals.refused(account, request);
    throw new WaybillError('unauthorized', 'oidc.refused', 'This account cannot log in.');
  }

  private known({ issuer, subject }: OidcIdentity): Promise<Account | null> {
    return this.accounts.findBySubject(issuer, subject);
  }

  private async create(identity: OidcIdentity, request: Request): Promise<Account> {
    const account = newAccount({ username: await this.usernameFor(identity), grants: [] });
    [account.oidcIssuer, account.oidcSubject] = [identity.issuer, identity.subject];
    try {
      await this.work.run(async (sql) => {
        await this.accounts.insert(sql, account);
        const object = { type: 'account', id: account.id };
        const record = {
          action: 'account.created',
          object,
          after: accountView(account),
          details: accountDetails(account),
        };
        await this.audit.record(sql, record, whoLogsIn(account, request));
      });
    } catch (error) {
      // two logins at once: the other one made it
      const other = await this.known(identity);
      if (!other) throw error;
      return other;
    }
    return account;
  }

  /** The provider's name for them where it is free here, else one that nobody else gets. */
  private async usernameFor({ issuer, subject, preferredUsername }: OidcIdentity): Promise<string> {
    const wanted = preferredUsername?.toLowerCase() ?? '';
    if (USERNAME.test(wanted) && !(await this.accounts.findByUsername(wanted))) return wanted;
    const digest = createHash('sha256').update(`${issuer}\n${subject}`).digest('hex');
    return `oidc-${digest.slice(0, 24)}`;
  }
}

import { Injectable } from '@nestjs/common';
import { conflict, notFound, WaybillError } from '@waybill/contracts';
import { DataSource, EntityManager, QueryFailedError } from 'typeorm';
import { Account } from './account.entity.js';

const UNIQUE_VIOLATION = '23505';

@Injectable()
export class AccountsRepository {
  constructor(private readonly dataSource: DataSource) {}

  findByUsername(username: string): Promise<Account | null> {
    return this.dataSource.getRepository(Account).findOneBy({ username: username.toLowerCase() });
  }

  findBySubject(oidcIssuer: string, oidcSubject: string): Promise<Account | null> {
    return this.dataSource.getRepository(Account).findOneBy({ oidcIssuer, oidcSubject });
  }

  /** @throws notFound `account.notFound` */
  async get(id: string): Promise<Account> {
    return (await this.dataSource.getRepository(Account).findOneBy({ id })) ?? unknown(id);
  }

  /** @throws conflict `account.exists` */
  async insert(sql: EntityManager, account: Account): Promise<void> {
    try {
      await sql.insert(Account, account);
    } catch (error) {
      if (error instanceof QueryFailedError && (error.driverError as { code?: string }).code === UNIQUE_VIOLATION)
        throw conflict('account.exists', `There is an account "${account.username}" already: choose another username.`);
      throw error;
    }
  }

  /**
   * The account, locked until the transaction ends.
   * @param revision that the caller saw
   * @throws notFound `account.notFound`; precondition `precondition.failed`
   */
  async lock(sql: EntityManager, id: string, revision: number | undefined): Promise<Account> {
    const account = await sql.findOne(Account, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!account) return unknown(id);
    if (revision !== undefined && revision !== account.revision) {
      const detail = `The account has changed since: it is at revision ${account.revision}. Read it again.`;
      throw new WaybillError('precondition', 'precondition.failed', detail);
    }
    return account;
  }
}

function unknown(id: string): never {
  throw notFound('account.notFound', `There is no account ${id}.`);
}

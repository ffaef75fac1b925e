import { Injectable } from '@nestjs/common';
import { AuditLog, type AuditRecord } from '@waybill/audit';
import type { Permission } from '@waybill/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Account } from '../accounts/account.entity.js';
import { Credential } from './credential.entity.js';
import { hashSecret, newSecretToken } from './secret-token.js';
import { badCredentials, sessionRequired } from './session-problems.js';

const USED_RESOLUTION = "interval '1 minute'";
const LIVE = '(c.expires_at IS NULL OR c.expires_at > now()) AND NOT account.disabled';

export interface NewCredential {
  kind: Credential['kind'];
  name: string;
  accountId: string;
  expiresAt: Date | null;
  scopes?: Permission[] | null;
  address?: string | null;
}

/** What a credential is given for; all of it must still hold when it is stored. */
export interface Basis {
  /** of the password that was checked */
  passwordHash?: string | null;
  /** id of the session that asks */
  session?: string;
}

const CREATED = { session: 'session.created', apiToken: 'apiToken.created' };
const REVOKED = { session: 'session.ended', apiToken: 'apiToken.revoked' };

@Injectable()
export class CredentialsRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Stores a new credential and answers its secret, which cannot be read again. What ends an account's credentials locks the account, so
   * none is given for what is over.
   * @throws WaybillError unauthorized `session.badCredentials`, `session.required`
   */
  async issue(order: NewCredential, basis: Basis): Promise<{ credential: Credential; secret: string }> {
    const { secret, hash } = newSecretToken(order.kind === 'session' ? 'wbs_' : 'wbt_');
    const credential = this.repository().create({
      scopes: null,
      address: null,
      ...order,
      id: uuidv7(),
      secretHash: hash,
      createdAt: new Date(),
      lastUsedAt: null,
    });
    await this.dataSource.transaction(async (manager) => {
      await demandBasis(manager, order.accountId, basis);
      await manager.insert(Credential, credential);
      await this.audit.record(manager, credentialAudit(CREATED[order.kind], credential));
    });
    return { credential, secret };
  }

  /** The live credential of a bearer secret with its account, or null. Its last use is noted once a minute at most. */
  async findLive(secret: string): Promise<Credential | null> {
    const credential = await this.live()
      .andWhere('c.secret_hash = :hash', { hash: hashSecret(secret) })
      .getOne();
    if (!credential) return null;
    if (!credential.lastUsedAt || Date.now() - credential.lastUsedAt.getTime() > 60_000) {
      await this.dataSource.query(
        `UPDATE credentials SET last_used_at = now() WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - ${USED_RESOLUTION})`,
        [credential.id],
      );
    }
    return credential;
  }

  /** The same by its id, for what goes on for longer than a request. */
  stillLive(id: string): Promise<Credential | null> {
    return this.live().andWhere('c.id = :id', { id }).getOne();
  }

  /**
   * @param ofAccount whose it must be; null: anybody's
   * @returns whether there was one to revoke
   */
  async revoke(kind: Credential['kind'], id: string, ofAccount: string | null): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const where = { kind, id, ...(ofAccount === null ? {} : { accountId: ofAccount }) };
      const credential = await manager.findOne(Credential, { where, lock: { mode: 'pessimistic_write' } });
      if (!credential) return false;
      await manager.delete(Credential, { id });
      await this.audit.record(manager, credentialAudit(REVOKED[kind], credential));
      return true;
    });
  }

  /**
   * Ends what an account can be used with: all of it, unless something may stay.
   * @returns how many ended, for the audit
   */
  async endOfAccount(
    sql: EntityManager,
    accountId: string,
    { but = null, keepApiTokens = false }: { but?: string | null; keepApiTokens?: boolean } = {},
  ): Promise<{ endedSessions: number; endedApiTokens: number }> {
    const mayGo: Credential['kind'][] = keepApiTokens ? ['session'] : ['session', 'apiToken'];
    const [gone] = await sql.query<[{ kind: Credential['kind'] }[], number]>(
      'DELETE FROM credentials WHERE account_id = $1 AND kind = ANY($2) AND id IS DISTINCT FROM $3 RETURNING kind',
      [accountId, mayGo, but],
    );
    const endedApiTokens = gone.filter(({ kind }) => kind === 'apiToken').length;
    return { endedSessions: gone.length - endedApiTokens, endedApiTokens };
  }

  async removeExpired(): Promise<void> {
    await this.dataSource.query('DELETE FROM credentials WHERE expires_at < now()');
  }

  private live() {
    return this.repository().createQueryBuilder('c').innerJoinAndSelect('c.account', 'account').where(LIVE);
  }

  private repository() {
    return this.dataSource.getRepository(Credential);
  }
}

async function demandBasis(manager: EntityManager, accountId: string, { passwordHash, session }: Basis): Promise<void> {
  const lock = { mode: 'pessimistic_read' } as const;
  const account = await manager.findOne(Account, { where: { id: accountId, disabled: false }, lock });
  if (!account || (passwordHash !== undefined && passwordHash !== account.passwordHash)) throw badCredentials();
  if (session !== undefined && !(await manager.existsBy(Credential, { id: session }))) throw sessionRequired();
}

/** Without the secret, and without its hash. */
function credentialAudit(action: string, credential: Credential): AuditRecord {
  const { id, kind, name, accountId, scopes } = credential;
  const expiresAt = credential.expiresAt?.toISOString() ?? null;
  return { action, object: { type: kind, id }, details: { name, accountId, scopes, expiresAt } };
}

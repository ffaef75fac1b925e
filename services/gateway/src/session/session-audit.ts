import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import type { Actor } from '@waybill/contracts';
import type { RequestWithId } from '@waybill/platform';
import type { Request } from 'express';
import { DataSource } from 'typeorm';
import type { Account } from '../accounts/account.entity.js';

/** Records what was refused: logins, and calls without the permission for them. */
@Injectable()
export class SessionAudit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  /** @param account null for a name that is no account's, which is not kept: people type their password into the wrong field */
  async refused(account: Account | null, request: Request): Promise<void> {
    await this.audit.record(
      this.dataSource,
      { action: 'session.refused', object: { type: 'account', id: account?.id ?? 'unknown' } },
      whoLogsIn(account, request),
    );
  }

  /** @param account null for a name that is no account's */
  async throttled(account: Account | null, request: Request): Promise<void> {
    await this.audit.record(
      this.dataSource,
      { action: 'session.throttled', object: { type: 'account', id: account?.id ?? 'unknown' } },
      whoLogsIn(account, request),
    );
  }

  /** @param permission that the actor does not have */
  async forbidden(actor: Actor, { method, route }: Request, permission: string): Promise<void> {
    const { path } = route as { path: string };
    await this.audit.record(
      this.dataSource,
      { action: 'access.refused', object: { type: 'operation', id: `${method} ${path}` }, details: { permission } },
      actor,
    );
  }
}

/** Whoever asks for a session, as far as it is known. */
export function whoLogsIn(account: Pick<Account, 'id' | 'username'> | null, request: Request): Actor {
  return {
    kind: 'user',
    id: account?.id ?? 'unknown',
    name: account?.username ?? 'unknown',
    grants: [],
    requestId: (request as RequestWithId).id ?? null,
    address: request.ip ?? null,
  };
}

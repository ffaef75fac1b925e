import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Account } from '../accounts/account.entity.js';
import { runAs } from '@waybill/messaging';
import { whoLogsIn } from './session-audit.js';
import { CredentialsRepository } from './credentials.repository.js';
import type { SessionCreated } from './session.views.js';

const SESSION_HOURS = 12;

@Injectable()
export class StartSession {
  constructor(private readonly credentials: CredentialsRepository) {}

  /** @param name how the account logged in */
  async run(account: Account, name: 'login' | 'oidc', request: Request): Promise<SessionCreated> {
    const expiresAt = new Date(Date.now() + SESSION_HOURS * 3_600_000);
    const order = { kind: 'session', name, accountId: account.id, expiresAt, address: request.ip ?? null } as const;
    const basis = name === 'login' ? { passwordHash: account.passwordHash } : {};
    const { secret } = await runAs(whoLogsIn(account, request), () => this.credentials.issue(order, basis));
    return { accessToken: secret, expiresAt: expiresAt.toISOString() };
  }
}

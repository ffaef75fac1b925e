import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Actor, allows, WaybillError } from '@waybill/contracts';
import type { RequestWithId } from '@waybill/platform';
import type { Request } from 'express';
import type { Credential } from './credential.entity.js';

/** Who makes a request. */
export interface Principal {
  accountId: string;
  username: string;
  /** as the services are told */
  actor: Actor;
  credentialId: string;
  kind: 'session' | 'apiToken';
}

export type AuthenticatedRequest = Request & { principal?: Principal };

/** The authenticated caller as a handler parameter. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!principal) throw new Error('a handler that asks for the caller must not be public');
  return principal;
});

/** A token's rights are its account's at this moment, within its scopes. */
export function principalOf({ id, kind, account, scopes }: Credential, request: Request): Principal {
  return {
    accountId: account.id,
    username: account.username,
    credentialId: id,
    kind,
    actor: {
      kind: kind === 'session' ? 'user' : 'apiToken',
      id: account.id,
      name: account.username,
      grants: account.grants,
      ...(scopes ? { scopes } : {}),
      requestId: (request as RequestWithId).id ?? null,
      address: request.ip ?? null,
    },
  };
}

/** Whose credentials a caller may see or revoke: null for everybody's, else those of this account. */
export function credentialsOf({ accountId, actor }: Principal, permission: 'accounts.read' | 'accounts.write') {
  return allows(actor, permission) ? null : accountId;
}

/**
 * Credentials are made and ended by people who have logged in: an API token that leaked must not outlive its end by another.
 * @throws WaybillError forbidden `session.loginRequired`
 */
export function demandLogin({ kind }: Principal): void {
  if (kind === 'session') return;
  const detail = 'An API token cannot do this: log in with POST /api/v1/session and use its accessToken.';
  throw new WaybillError('forbidden', 'session.loginRequired', detail);
}

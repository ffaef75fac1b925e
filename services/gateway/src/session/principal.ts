import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Actor } from '@waybill/contracts';
import type { RequestWithId } from '@waybill/platform';
import type { Request } from 'express';
import type { Credential } from './credential.entity.js';

/** Who makes a request. */
export interface Principal {
  account: string;
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

export function principalOf(credential: Credential, request: Request): Principal {
  const { id, kind, account } = credential;
  return {
    account,
    credentialId: id,
    kind,
    actor: {
      kind: kind === 'session' ? 'user' : 'apiToken',
      id: account,
      name: account,
      grants: [{ role: 'administrator' }],
      requestId: (request as RequestWithId).id ?? null,
      address: request.ip ?? null,
    },
  };
}

import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Request } from 'express';

/** Who makes a request. */
export interface Principal {
  account: string;
  roles: string[];
  credentialId: string;
  kind: 'session' | 'apiToken';
}

export type AuthenticatedRequest = Request & { principal?: Principal };

export const PUBLIC_ROUTE = 'waybill:public';

/** A route that needs no bearer token. Everything else does. */
export const Public = () => SetMetadata(PUBLIC_ROUTE, true);

/** The authenticated caller as a handler parameter. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!principal) throw new Error('a handler that asks for the caller must not be public');
  return principal;
});

/** How an actor is written into histories: by the account. */
export function actorOf(principal: Principal): string {
  return principal.account;
}

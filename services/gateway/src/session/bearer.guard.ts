import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { WaybillError } from '@waybill/contracts';
import { HealthController } from '@waybill/platform';
import { CredentialsRepository } from './credentials.repository.js';
import { type AuthenticatedRequest, PUBLIC_ROUTE } from './principal.js';

/** Every route of the API needs `Authorization: Bearer …`, a session or an API token. */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly credentials: CredentialsRepository,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http' || context.getClass() === HealthController) return true;
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC_ROUTE, [context.getHandler(), context.getClass()]))
      return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const match = /^Bearer ([A-Za-z0-9_-]{20,200})$/i.exec(request.headers.authorization ?? '');
    const credential = match ? await this.credentials.findLive(match[1]!) : null;
    if (!credential) {
      throw new WaybillError(
        'unauthorized',
        'session.required',
        'Send "Authorization: Bearer <token>" with the accessToken of POST /api/v1/session or an API token that has not expired.',
      );
    }
    request.principal = {
      account: credential.account,
      roles: ['administrator'],
      credentialId: credential.id,
      kind: credential.kind,
    };
    return true;
  }
}

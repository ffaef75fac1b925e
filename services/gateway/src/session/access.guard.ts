import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { allows } from '@waybill/contracts';
import { permissionRequired } from '@waybill/messaging';
import { HealthController } from '@waybill/platform';
import { CredentialsRepository } from './credentials.repository.js';
import { SessionAudit } from './session-audit.js';
import { type AuthenticatedRequest, principalOf } from './principal.js';
import { sessionRequired } from './session-problems.js';
import { routeAccess } from './route-access.js';

/** Every route needs what the table of routes says: nothing, `Authorization: Bearer …`, or a permission besides. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly credentials: CredentialsRepository,
    private readonly audit: SessionAudit,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http' || context.getClass() === HealthController) return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const access = routeAccess(request);
    if (access === 'public') return true;
    const match = /^Bearer ([A-Za-z0-9_-]{20,200})$/i.exec(request.headers.authorization ?? '');
    const credential = match ? await this.credentials.findLive(match[1]!) : null;
    if (!credential) throw sessionRequired();
    request.principal = principalOf(credential, request);
    if (access === 'own' || (access && allows(request.principal.actor, access))) return true;
    // a route that nobody has put into the table is closed
    const missing = access ?? `for ${request.method} ${request.path}`;
    await this.audit.forbidden(request.principal.actor, request, missing);
    throw permissionRequired(missing);
  }
}

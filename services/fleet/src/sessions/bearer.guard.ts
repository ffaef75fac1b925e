import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import { KeyRing } from '@waybill/trust';
import { accessTokenInvalid, verifyAccessToken } from './access-token.js';

interface AgentRequest {
  headers: { authorization?: string };
  computerId?: string;
}

/** Lets in who presents an access token of ours; asks no database. */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(private readonly keys: KeyRing) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AgentRequest>();
    const [, token] = /^Bearer ([\w.-]+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined) throw accessTokenInvalid();
    request.computerId = await verifyAccessToken(await this.keys.current(), token, new Date());
    return true;
  }
}

/** Id of the computer that {@link BearerGuard} let in. */
export const ComputerId = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<AgentRequest>().computerId,
);

import { type CanActivate, createParamDecorator, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { accessTokenInvalid, verifyAccessToken } from './access-token.js';
import { SESSION_KEY, type SigningKey } from './signing-key.js';

interface AgentRequest {
  headers: { authorization?: string };
  computerId?: string;
}

/** Lets in who presents an access token of ours; asks no database. */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(@Inject(SESSION_KEY) private readonly key: SigningKey) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AgentRequest>();
    const [, token] = /^Bearer ([\w.-]+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined) throw accessTokenInvalid();
    request.computerId = await verifyAccessToken(this.key.publicKey, token);
    return true;
  }
}

/** Id of the computer that {@link BearerGuard} let in. */
export const ComputerId = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<AgentRequest>().computerId,
);

import {
  type CallHandler,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { conflict, invalid } from '@waybill/contracts';
import type { Response } from 'express';
import { catchError, concatMap, from, type Observable, of, throwError } from 'rxjs';
import { v7 as uuidv7 } from 'uuid';
import type { AuthenticatedRequest } from '../session/principal.js';
import { fingerprintOf } from './fingerprint.js';
import { IdempotentRequestsRepository } from './idempotent-requests.repository.js';

type IdempotentRequest = AuthenticatedRequest & { resourceId?: string };

/** Id for the resource that a POST creates; the same at every repetition with one `Idempotency-Key`. */
export const ResourceId = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  return context.switchToHttp().getRequest<IdempotentRequest>().resourceId ?? uuidv7();
});

/**
 * `Idempotency-Key` on POST: the first success is recorded and answered again for a week, with
 * `Idempotency-Replayed: true`. Failures are not recorded, so the client may try again with the same key.
 * A key used with another call, query or body is refused. Secrets and presigned URLs are not recorded: they are in the first answer only.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly requests: IdempotentRequestsRepository) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<IdempotentRequest>();
    const key = request.headers['idempotency-key'];
    if (request.method !== 'POST' || key === undefined || !request.principal) return next.handle();
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key)) {
      throw invalid('idempotency.keyInvalid', 'Idempotency-Key must be 1-200 visible ASCII characters, e.g. a UUID.');
    }
    const response = context.switchToHttp().getResponse<Response>();
    const { accountId: account } = request.principal;
    const { operation, bodyHash } = await fingerprintOf(request, `${account} ${key}`);
    const claim = await this.requests.claim(account, key, operation, bodyHash);

    if (claim.kind === 'busy') {
      throw conflict(
        'idempotency.inProgress',
        'A request with this Idempotency-Key is still under way. Try again in a moment.',
      );
    }
    if (claim.kind === 'recorded') {
      const { request: recorded } = claim;
      if (recorded.operation !== operation || !recorded.bodyHash.equals(bodyHash)) {
        throw invalid(
          'idempotency.keyReused',
          'This Idempotency-Key was used with another request. Use a new key for every new request.',
        );
      }
      response.status(recorded.status!).setHeader('Idempotency-Replayed', 'true');
      return of(recorded.response);
    }

    request.resourceId = claim.resourceId;
    return next.handle().pipe(
      concatMap((body: unknown) =>
        from(this.requests.complete(account, key, response.statusCode, withoutSecrets(body)).then(() => body)),
      ),
      catchError((error: unknown) =>
        from(this.requests.release(account, key)).pipe(concatMap(() => throwError(() => error))),
      ),
    );
  }
}

/** Secrets are kept as hashes only, presigned URLs not at all; a recorded answer must not be the exception. */
function withoutSecrets(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const { secret: _, ...kept } = body as { secret?: unknown; parts?: unknown };
  return Array.isArray(kept.parts) ? { ...kept, parts: kept.parts.map(withoutUrl) } : kept;
}

function withoutUrl({ url: _, ...part }: { url?: unknown }): object {
  return part;
}

import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { tap } from 'rxjs';

/** Resources carry their `revision` also as `ETag`, for `If-Match`. */
@Injectable()
export class EtagInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(
      tap((body: unknown) => {
        const response = context.switchToHttp().getResponse<Response>();
        const revision = (body as { revision?: unknown } | null | undefined)?.revision;
        if (typeof revision === 'number' && !response.headersSent) response.setHeader('ETag', `"${revision}"`);
      }),
    );
  }
}

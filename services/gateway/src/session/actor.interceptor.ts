import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { runAs } from '@waybill/messaging';
import { Observable } from 'rxjs';
import type { AuthenticatedRequest } from './principal.js';

/** Whatever a handler asks the services for, it asks in the name of who made the HTTP request. */
@Injectable()
export class ActorInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const { principal } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (!principal) return next.handle();
    // the handler runs when its answer is subscribed to
    return new Observable((subscriber) => runAs(principal.actor, () => next.handle().subscribe(subscriber)));
  }
}

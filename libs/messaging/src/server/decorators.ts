import { type ArgumentsHost, Catch, type ExceptionFilter, UseFilters } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import type { RpcPattern } from '@waybill/contracts';
import type { ClassConstructor } from 'class-transformer';
import { type Observable, throwError } from 'rxjs';
import type { BatchHandlerOptions, EventHandlerOptions, HandlerExtras } from './handler-extras.js';

/** Lets the server see the error as it was thrown; Nest's own filter would replace it by "Internal server error". */
@Catch()
class RethrowFilter implements ExceptionFilter {
  catch(error: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => error);
  }
}

/**
 * Answers a request: a method `(request, context: MessageContext)` of a `@Controller()`. The request is validated
 * against `type` first; what the method returns is the reply, a `WaybillError` travels to the caller as it is.
 */
export function RpcHandler(pattern: RpcPattern, type: ClassConstructor<object>): MethodDecorator {
  return handler({ kind: 'rpc', pattern, type }, (extras) => MessagePattern(pattern, extras));
}

/**
 * Handles an event: a method `(event, context: MessageContext) => void | Verdict` of a `@Controller()`. Must be idempotent.
 * Nothing returned acknowledges. A thrown `WaybillError` of kind invalid, notFound or conflict is DEAD, any other error RETRY.
 */
export function EventHandler(options: EventHandlerOptions): MethodDecorator {
  return handler(
    { kind: 'event', ...options },
    (extras) => EventPattern(`${options.queue}/${options.event}`, extras) as MethodDecorator,
  );
}

/**
 * Handles messages of a queue in batches: a method `(messages: IncomingMessage[]) => Promise<void | Verdict[]>` of a
 * `@Controller()`, verdicts in the order of the messages. A throw splits the batch until the culprit is found.
 */
export function BatchHandler(options: BatchHandlerOptions): MethodDecorator {
  return handler(
    { kind: 'batch', ...options },
    (extras) => EventPattern(`${options.queue}/*`, extras) as MethodDecorator,
  );
}

function handler(extras: HandlerExtras, pattern: (extras: HandlerExtras) => MethodDecorator): MethodDecorator {
  return (target, key, descriptor) => {
    // without these Nest passes the first argument only
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    pattern(extras)(target, key, descriptor);
    UseFilters(RethrowFilter)(target, key, descriptor);
  };
}

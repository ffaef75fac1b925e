import { type ArgumentsHost, Catch, type ExceptionFilter, Logger, NotFoundException } from '@nestjs/common';
import { WaybillError } from '@waybill/contracts';
import type { Response } from 'express';
import { allowedMethods } from '../http/allowed-methods.js';
import type { RequestWithId } from '../http/request-id.js';
import { hasBody, swallowUnreadBody } from '../http/unread-body.js';
import { INVALID_BODY } from '../http/validation.pipe.js';
import { methodNotAllowed, type ProblemBody, toProblem, unsupportedMediaType } from './problem.js';

/** Seconds after which a client may try again when something we need is away. */
const RETRY_AFTER = '2';

/** The one mapper of errors to `application/problem+json`. Messages of the broker have their own verdicts. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): unknown {
    if (host.getType() !== 'http') throw error;
    const request = host.switchToHttp().getRequest<RequestWithId>();
    const response = host.switchToHttp().getResponse<Response>();
    const problem = problemOf(error, request, response);
    if (problem.status >= 500) this.logger.error({ err: error, requestId: problem.requestId, code: problem.code });
    if (response.headersSent) {
      response.destroy();
      return undefined;
    }
    if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    const after = retryAfter(error, problem.status);
    if (after !== undefined) response.setHeader('Retry-After', after);
    swallowUnreadBody(request);
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
    return undefined;
  }
}

/** What the request knows better than the error does. */
function problemOf(error: unknown, request: RequestWithId, response: Response): ProblemBody {
  const id = request.id ?? '';
  if (error instanceof NotFoundException) {
    const allowed = allowedMethods(request);
    // a handler that found nothing takes the method
    if (allowed.length > 0 && !allowed.includes(request.method)) {
      response.setHeader('Allow', allowed.join(', '));
      return methodNotAllowed(request.method, allowed, id);
    }
  }
  const problem = toProblem(error, id);
  if (problem.code === INVALID_BODY && request.body === undefined && hasBody(request)) {
    return unsupportedMediaType(request.headers['content-type'], id);
  }
  return problem;
}

/** Seconds, for the statuses that pass by themselves. */
function retryAfter(error: unknown, status: number): string | undefined {
  const cause = error instanceof WaybillError ? error : (error as { cause?: unknown } | null)?.cause;
  if (cause instanceof WaybillError && cause.retryAfter !== undefined) return String(cause.retryAfter);
  return status === 503 ? RETRY_AFTER : undefined;
}

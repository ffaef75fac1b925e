import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Response } from 'express';
import type { RequestWithId } from '../http/request-id.js';
import { toProblem } from './problem.js';

/** The one mapper of errors to `application/problem+json`. Messages of the broker have their own verdicts. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): unknown {
    if (host.getType() !== 'http') throw error;
    const request = host.switchToHttp().getRequest<RequestWithId>();
    const response = host.switchToHttp().getResponse<Response>();
    const problem = toProblem(error, request.id ?? '');
    if (problem.status >= 500) this.logger.error({ err: error, requestId: problem.requestId, code: problem.code });
    if (response.headersSent) {
      response.destroy();
      return undefined;
    }
    if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    // An unread body on a kept-alive connection would be taken for the next request.
    if (!request.readableEnded && !request.complete) response.setHeader('Connection', 'close');
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
    return undefined;
  }
}

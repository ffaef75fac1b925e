import type { Server } from 'node:http';
import type { Request, RequestHandler } from 'express';
import { problemOf } from '../errors/problem.js';
import { hasBody } from './unread-body.js';
import type { RequestWithId } from './request-id.js';

/** How long a client may take, milliseconds. A connection that dawdles holds a socket and memory: it is cut. */
export interface Deadlines {
  /** from the connection, or the last answer's successor's first byte, to the end of the headers */
  headers: number;
  /** a body that is not streamed to storage */
  body: number;
  /** a whole request, body included; uploads of gigabytes may take hours */
  request: number;
  /** silence between two requests of one connection; above that of load balancers, else they race us */
  keepAlive: number;
}

export const DEADLINES: Deadlines = { headers: 15_000, body: 60_000, request: 300_000, keepAlive: 65_000 };

/** Must be called before the server listens. */
export function setDeadlines(server: Server, { headers, request, keepAlive }: Deadlines): void {
  server.headersTimeout = headers;
  server.requestTimeout = request;
  server.keepAliveTimeout = keepAlive;
  // how often Node looks at the two above: its 30 s would make 15 s into 45 s
  Object.assign(server, { connectionsCheckingInterval: Math.min(5_000, headers / 3) });
}

/** Answers 408 and cuts the connection when a body that must be short does not end in time. */
export function bodyDeadline(milliseconds: number, streamsBody: (request: Request) => boolean): RequestHandler {
  return (request, response, next) => {
    if (!hasBody(request) || streamsBody(request)) return next();
    const timer = setTimeout(() => {
      if (request.complete || response.headersSent) return;
      const problem = problemOf(
        408,
        'request.timeout',
        'The request did not come in time.',
        (request as RequestWithId).id ?? '',
      );
      response.once('finish', () => request.socket.destroy());
      response.status(408).set('Connection', 'close').type('application/problem+json').send(JSON.stringify(problem));
    }, milliseconds);
    const clear = () => clearTimeout(timer);
    request.once('end', clear).once('close', clear);
    next();
  };
}

import type { Server } from 'node:http';
import { invalid } from '@waybill/contracts';
import type { NextFunction, Request, Response } from 'express';

/** Node would answer an HTTP/1.1 request without `Host` by itself, with an empty 400. */
export function letHostlessIn(server: Server): void {
  // an option of createServer, which Nest does not hand through
  Object.assign(server, { requireHostHeader: false });
}

/** RFC 9112: an HTTP/1.1 request names its host. */
export function demandHost(request: Request, _response: Response, next: NextFunction): void {
  const missing = request.httpVersion === '1.1' && request.headers.host === undefined;
  next(missing ? invalid('request.hostMissing', 'An HTTP/1.1 request needs the header Host.') : undefined);
}

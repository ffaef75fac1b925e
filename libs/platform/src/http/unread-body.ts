import type { Request } from 'express';

/** How long a refused upload may go on before its connection is cut. */
const LINGER_MS = 10_000;

/**
 * Reads what a client is still sending after it has been refused. Closing at once would reset the connection, and many clients
 * would then report the reset instead of our answer.
 */
export function swallowUnreadBody(request: Request): void {
  if (request.complete || request.readableEnded || request.destroyed) return;
  const cut = setTimeout(() => request.socket.destroy(), LINGER_MS).unref();
  request.on('error', () => undefined);
  request.once('close', () => clearTimeout(cut));
  request.once('end', () => clearTimeout(cut));
  request.resume();
}

/** True when a body was sent, read or not. */
export function hasBody(request: Request): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

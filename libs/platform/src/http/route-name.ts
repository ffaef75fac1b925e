import { context } from '@opentelemetry/api';
import { getRPCMetadata, RPCType } from '@opentelemetry/core';
import type { NextFunction, Request, Response } from 'express';

/**
 * Tells telemetry which route a request took (`/api/v1/jobs/:id`), so that spans and metrics are by handler and not by address. The
 * instrumentation of HTTP reads it when the response closes. Nothing happens without telemetry.
 */
export function nameRoute(request: Request, response: Response, next: NextFunction): void {
  const metadata = getRPCMetadata(context.active());
  if (metadata?.type === RPCType.HTTP) {
    response.prependOnceListener('close', () => {
      const { path } = (request.route ?? {}) as { path?: unknown };
      if (typeof path === 'string') metadata.route = path;
    });
  }
  next();
}

import { type Context, context, propagation } from '@opentelemetry/api';
import type { FlatHeaders } from '../client/messages.js';

/** The active trace as flat headers (`traceparent`, `tracestate`); empty without OpenTelemetry. */
export function traceHeaders(active: Context = context.active()): FlatHeaders {
  const carrier: Record<string, string> = {};
  propagation.inject(active, carrier);
  return carrier;
}

/** The trace that a message carries. */
export function traceContext(headers: Readonly<Record<string, unknown>>): Context {
  return propagation.extract(context.active(), headers, {
    keys: (carrier) => Object.keys(carrier),
    get: (carrier, key) => (typeof carrier[key] === 'string' ? carrier[key] : undefined),
  });
}

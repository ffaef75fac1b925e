import { context, type Link, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FlatHeaders, OutgoingMessage } from '../client/messages.js';
import type { PublishInstrument } from '../client/publisher.js';
import type { IncomingMessage } from '../server/incoming-message.js';
import { destinationTemplate, messagingAttributes } from './semconv.js';
import { traceContext, traceHeaders } from './trace-headers.js';

/** Links of one batch span; more would make the span larger than it is worth. */
const MAX_LINKS = 128;

const tracer = () => trace.getTracer('@waybill/messaging');

/** PRODUCER span from publish to confirm; continues the trace in the message's headers (from the outbox), else the active one. */
export function publishInstrument(message: OutgoingMessage): PublishInstrument {
  const parent = message.headers?.['traceparent'] === undefined ? context.active() : traceContext(message.headers);
  const span = tracer().startSpan(
    `publish ${destinationTemplate(message.routingKey)}`,
    { kind: SpanKind.PRODUCER, attributes: messagingAttributes({ operation: 'publish', ...message }) },
    parent,
  );
  return { headers: traceHeaders(trace.setSpan(parent, span)), end: (error) => endSpan(span, error) };
}

/** CLIENT span of a request; `run` gets the headers that carry it. */
export function clientSpan<T>(pattern: string, queue: string, run: (headers: FlatHeaders) => Promise<T>): Promise<T> {
  const attributes = {
    ...messagingAttributes({ operation: 'request', exchange: '', routingKey: queue }),
    'rpc.method': pattern,
  };
  return tracer().startActiveSpan(`request ${pattern}`, { kind: SpanKind.CLIENT, attributes }, (span) =>
    settle(span, run(traceHeaders())),
  );
}

/** CONSUMER span around the handling of one message, child of the span that sent it. */
export function processSpan<T>(message: IncomingMessage, queue: string, run: () => Promise<T>): Promise<T> {
  const name = `process ${destinationTemplate(message.routingKey)}`;
  const attributes = messagingAttributes({
    operation: 'process',
    exchange: message.exchange,
    routingKey: message.routingKey,
    queue,
    messageId: message.id,
  });
  return tracer().startActiveSpan(
    name,
    { kind: SpanKind.CONSUMER, attributes },
    traceContext(message.headers),
    (span) => settle(span, run()),
  );
}

/** CONSUMER span around a batch; linked to the traces of its messages, because it continues many at once. */
export function batchSpan<T>(messages: readonly IncomingMessage[], queue: string, run: () => Promise<T>): Promise<T> {
  const attributes = messagingAttributes({
    operation: 'process',
    exchange: '',
    routingKey: queue,
    batch: messages.length,
  });
  return tracer().startActiveSpan(
    `process ${queue}`,
    { kind: SpanKind.CONSUMER, attributes, links: links(messages) },
    (span) => settle(span, run()),
  );
}

function links(messages: readonly IncomingMessage[]): Link[] {
  const found = new Map<string, Link>();
  for (const { headers } of messages) {
    if (found.size >= MAX_LINKS) break;
    if (headers['traceparent'] === undefined) continue;
    const spanContext = trace.getSpanContext(traceContext(headers));
    if (spanContext) found.set(spanContext.spanId, { context: spanContext });
  }
  return [...found.values()];
}

async function settle<T>(span: Span, work: Promise<T>): Promise<T> {
  try {
    const result = await work;
    endSpan(span);
    return result;
  } catch (error) {
    endSpan(span, error as Error);
    throw error;
  }
}

function endSpan(span: Span, error?: Error): void {
  if (error) {
    span.setAttribute('error.type', error.name);
    span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
  }
  span.end();
}

import { type Attributes, context, type Link, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FlatHeaders, OutgoingMessage } from '../client/messages.js';
import type { PublishInstrument } from '../client/publisher.js';
import type { IncomingMessage } from '../server/incoming-message.js';
import { errorType } from '../metrics/error-type.js';
import { type Operation, recordDuration } from '../metrics/operation-duration.js';
import type { Verdict } from '../server/verdict.js';
import { destinationTemplate, messagingAttributes } from './semconv.js';
import { traceContext, traceHeaders } from './trace-headers.js';

/** Links of one batch span; more would make the span larger than it is worth. */
const MAX_LINKS = 128;

const tracer = () => trace.getTracer('@waybill/messaging');

/** PRODUCER span from publish to confirm; continues the trace in the message's headers (from the outbox), else the active one. */
export function publishInstrument(message: OutgoingMessage): PublishInstrument {
  const parent = message.headers?.['traceparent'] === undefined ? context.active() : traceContext(message.headers);
  const attributes = messagingAttributes({ operation: 'publish', ...message });
  const name = `publish ${destinationTemplate(message.routingKey)}`;
  const span = tracer().startSpan(name, { kind: SpanKind.PRODUCER, attributes }, parent);
  const end = endOf(span, 'publish', attributes);
  return { headers: traceHeaders(trace.setSpan(parent, span)), end };
}

/** CLIENT span of a request; `run` gets the headers that carry it. */
export function clientSpan<T>(pattern: string, queue: string, run: (headers: FlatHeaders) => Promise<T>): Promise<T> {
  const attributes = {
    ...messagingAttributes({ operation: 'request', exchange: '', routingKey: queue }),
    ...rpcAttributes(pattern),
  };
  return tracer().startActiveSpan(`request ${pattern}`, { kind: SpanKind.CLIENT, attributes }, (span) =>
    settle(run(traceHeaders()), endOf(span, 'request', attributes)),
  );
}

/** CONSUMER span around the handling of one message, child of the span that sent it. What the handler does not accept counts as an error. */
export function processSpan(message: IncomingMessage, queue: string, run: () => Promise<Verdict>): Promise<Verdict> {
  const { exchange, routingKey, id: messageId } = message;
  const attributes = messagingAttributes({ operation: 'process', exchange, routingKey, queue, messageId });
  const name = `process ${destinationTemplate(routingKey)}`;
  return tracer().startActiveSpan(
    name,
    { kind: SpanKind.CONSUMER, attributes },
    traceContext(message.headers),
    (span) => settle(run(), endOf(span, 'process', attributes), ({ kind }) => (kind === 'ack' ? undefined : kind)),
  );
}

/** SERVER span around the handling of one request, child of the span that asked. */
export function answerSpan<T>(
  message: IncomingMessage,
  pattern: string,
  queue: string,
  run: () => Promise<T>,
): Promise<T> {
  const { exchange, routingKey, id: messageId } = message;
  const attributes = {
    ...messagingAttributes({ operation: 'process', exchange, routingKey, queue, messageId }),
    ...rpcAttributes(pattern),
  };
  return tracer().startActiveSpan(
    `answer ${pattern}`,
    { kind: SpanKind.SERVER, attributes },
    traceContext(message.headers),
    (span) => settle(run(), endOf(span, 'answer', attributes)),
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
    (span) => settle(run(), endOf(span, 'process', attributes)),
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

function rpcAttributes(pattern: string): Attributes {
  return { 'rpc.system.name': 'rabbitmq', 'rpc.method': pattern };
}

/** @param refusal error type of a result that is none to be glad of */
async function settle<T>(
  work: Promise<T>,
  end: End,
  refusal: (result: T) => string | undefined = () => undefined,
): Promise<T> {
  try {
    const result = await work;
    end(undefined, refusal(result));
    return result;
  } catch (error) {
    end(error as Error);
    throw error;
  }
}

type End = (error?: Error, type?: string) => void;

/** Ends the span and records how long it was. */
function endOf(span: Span, operation: Operation, attributes: Attributes): End {
  const beganAt = performance.now();
  return (error, type = error && errorType(error)) => {
    if (type) {
      span.setAttribute('error.type', type);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error?.message });
    }
    span.end();
    recordDuration(operation, beganAt, attributes, type);
  };
}

import type { Attributes } from '@opentelemetry/api';
import { DURATION_BUCKETS, secondsHistogram } from './instruments.js';

export type Operation = 'publish' | 'process' | 'request' | 'answer';

const histograms = {
  publish: secondsHistogram(
    'messaging.client.operation.duration',
    'From publishing a message to its confirm.',
    DURATION_BUCKETS,
  ),
  process: secondsHistogram('messaging.process.duration', 'Handling of one message or batch.', DURATION_BUCKETS),
  request: secondsHistogram('rpc.client.call.duration', 'From a request to its answer.', DURATION_BUCKETS),
  answer: secondsHistogram('rpc.server.call.duration', 'Handling of one request.', DURATION_BUCKETS),
};

/** Of the span's attributes, those with few values; destinations are templates, so that ids make no series of their own. */
const KEPT = ['messaging.destination.template', 'rpc.method', 'rpc.system.name'];

/**
 * Records how long an operation took: rate, errors and duration of each handler are read from it.
 * @param errorType absent when all went well
 */
export function recordDuration(operation: Operation, beganAt: number, span: Attributes, errorType?: string): void {
  const isRpc = operation === 'request' || operation === 'answer';
  const attributes: Attributes = isRpc ? {} : { 'messaging.system': 'rabbitmq', 'messaging.operation.name': operation };
  for (const key of KEPT) if (span[key] !== undefined && key.startsWith('rpc.') === isRpc) attributes[key] = span[key];
  if (errorType) attributes['error.type'] = errorType;
  histograms[operation]().record((performance.now() - beganAt) / 1_000, attributes);
}

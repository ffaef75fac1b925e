import { destinationTemplate } from '../tracing/semconv.js';
import { LATENESS_BUCKETS, secondsHistogram } from './instruments.js';

const lag = secondsHistogram(
  'waybill.dispatch.lag',
  'From the transaction that decided a message to its confirm by the broker.',
  LATENESS_BUCKETS,
);

/** @param seconds since the beginning of the transaction that stored the message in the outbox */
export function recordDispatchLag(exchange: string, routingKey: string, seconds: number): void {
  lag().record(seconds, { 'messaging.destination.template': `${exchange}:${destinationTemplate(routingKey)}` });
}

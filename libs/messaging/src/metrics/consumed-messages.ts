import { destinationTemplate } from '../tracing/semconv.js';
import type { IncomingMessage } from '../server/incoming-message.js';
import { LATENESS_BUCKETS, lazily, meter, secondsHistogram } from './instruments.js';

/** What became of a delivered message; `returned`: given back unjudged because the database is down. */
export type Outcome = 'ack' | 'retry' | 'dead' | 'returned';

const consumed = lazily(() =>
  meter().createCounter('messaging.client.consumed.messages', {
    unit: '{message}',
    description: 'Messages that were handled; error.type says what became of those that were not accepted.',
  }),
);

const age = secondsHistogram(
  'waybill.queue.age',
  'How long a message had been on its way when its handling began: from its last publish, to the second.',
  LATENESS_BUCKETS,
);

/** Counts messages of a queue by what became of them. */
export function countConsumed(queue: string, outcome: Outcome, count = 1): void {
  if (count === 0) return;
  consumed().add(count, {
    'messaging.system': 'rabbitmq',
    'messaging.operation.name': 'process',
    'messaging.destination.name': destinationTemplate(queue),
    ...(outcome === 'ack' ? {} : { 'error.type': outcome }),
  });
}

/** Agents' messages carry no time: their clocks are their own. */
export function recordQueueAge(queue: string, { sentAt }: IncomingMessage): void {
  if (sentAt === null) return;
  const seconds = Math.max(0, (Date.now() - sentAt.getTime()) / 1_000);
  age().record(seconds, { 'messaging.destination.name': destinationTemplate(queue) });
}

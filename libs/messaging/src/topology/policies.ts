import { deadLetterQueue, REPORT_QUEUES } from '@waybill/contracts';

/** A policy of RabbitMQ; unlike queue arguments it can change while queues live. */
export interface PolicySpec {
  name: string;
  pattern: string;
  applyTo: 'quorum_queues' | 'classic_queues';
  priority: number;
  definition: Record<string, string | number>;
}

/** How often and how fast a failed message comes again. */
export interface RetryPolicy {
  /** failed deliveries before the broker itself moves the message to the dead letters */
  deliveryLimit: number;
  /** the n-th retry waits n times this long, milliseconds … */
  minDelayMs: number;
  /** … but never longer than this */
  maxDelayMs: number;
}

/** The server buries a message after 15 failures with its reason (1 s + 2 s + … ≈ 2 min); the broker's limit is for consumers that crash. */
export const RETRY_POLICY: RetryPolicy = { deliveryLimit: 20, minDelayMs: 1_000, maxDelayMs: 30_000 };

/** Publishers are refused then and keep their messages in outbox or journal. */
const MAX_QUEUE_BYTES = 4_000_000_000;

/** Policies of every virtual host. Keys and meaning tried on RabbitMQ 4.3.6. */
export function policies(retry: RetryPolicy = RETRY_POLICY): PolicySpec[] {
  return [
    {
      name: 'waybill-retry',
      pattern: '^(?!.*\\.dead$)',
      applyTo: 'quorum_queues',
      priority: 10,
      definition: {
        'delivery-limit': retry.deliveryLimit,
        // "failed" delays what was rejected, not what was given back
        'delayed-retry-type': 'failed',
        'delayed-retry-min': retry.minDelayMs,
        'delayed-retry-max': retry.maxDelayMs,
        // at-least-once needs reject-publish
        'dead-letter-strategy': 'at-least-once',
        overflow: 'reject-publish',
        'max-length-bytes': MAX_QUEUE_BYTES,
      },
    },
    {
      name: 'waybill-dead',
      pattern: '\\.dead$',
      applyTo: 'quorum_queues',
      priority: 10,
      definition: { overflow: 'reject-publish', 'max-length-bytes': MAX_QUEUE_BYTES },
    },
    {
      // What agents send must never stand in the way of what other agents send: a full one loses its oldest letter instead.
      name: 'waybill-dead-reports',
      pattern: `^${deadLetterQueue(REPORT_QUEUES.status).replaceAll('.', '\\.')}$`,
      applyTo: 'quorum_queues',
      priority: 20,
      definition: { overflow: 'drop-head', 'max-length-bytes': MAX_QUEUE_BYTES },
    },
  ];
}

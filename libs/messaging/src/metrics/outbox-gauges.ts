import { queryRows, type SqlExecutor } from '../outbox/sql-executor.js';
import { meter, observe } from './instruments.js';

/** Depths above this are reported as this; counting more would cost the database more than the number is worth. */
const MAX_COUNTED = 100_000;

/** Along the primary key: the first row, and at most {@link MAX_COUNTED} entries. */
const OUTBOX_STATE = `
SELECT
  (SELECT count(*) FROM (SELECT 1 FROM outbox ORDER BY id LIMIT ${MAX_COUNTED}) AS counted)::float8 AS depth,
  coalesce((SELECT extract(epoch FROM clock_timestamp() - created_at) FROM outbox ORDER BY id LIMIT 1), 0)::float8 AS age`;

/**
 * Reports how many messages wait in the service's outbox and for how long the oldest has. One query per collection; every replica
 * reports the same, so take the largest.
 * @returns ends the reporting
 */
export function observeOutbox(sql: () => SqlExecutor): () => void {
  const depth = meter().createObservableGauge('waybill.outbox.messages', {
    unit: '{message}',
    description: `Messages that were decided and are not yet confirmed by the broker; ${MAX_COUNTED} and more are reported as ${MAX_COUNTED}.`,
  });
  const age = meter().createObservableGauge('waybill.outbox.oldest.age', {
    unit: 's',
    description: 'How long the oldest of them has waited; 0 when there is none.',
  });
  return observe([depth, age], async (result) => {
    const [state] = await queryRows<{ depth: number; age: number }>(sql(), OUTBOX_STATE, []);
    result.observe(depth, state!.depth);
    result.observe(age, Math.max(0, state!.age));
  });
}

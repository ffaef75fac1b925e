import { UnroutableError, UnsendableError } from '../client/errors.js';
import type { OutgoingMessage } from '../client/messages.js';
import { recordDispatchLag } from '../metrics/dispatch-lag.js';
import type { VhostRole } from '../server/handler-extras.js';
import type { RoundResult } from './relay-pace.js';
import { CLAIM, DELETE_SENT, type OutboxRow, POSTPONE } from './relay-sql.js';
import { queryRows, type SqlExecutor } from './sql-executor.js';

/** Bodies in memory at once: targets of a large job come in messages of a megabyte each. */
const ROUND_BYTES = 4 * 1024 * 1024;

/** What the relay needs of a publisher. */
export interface RelayPublisher {
  publishAll(messages: readonly OutgoingMessage[]): Promise<(Error | null)[]>;
}

export interface RoundOptions {
  publisherOf: (vhost: VhostRole) => RelayPublisher;
  /** rows of other virtual hosts stay: there is no connection for them */
  vhosts: readonly VhostRole[];
  /** rows to claim */
  limit: number;
  /** what fails for whatever reason is put aside */
  postponeFailed: boolean;
}

/**
 * One transaction: claims rows, publishes them, deletes what was confirmed. Dying before the commit leaves the rows: they
 * go out again with the same id. Rows without a confirm stay as they are; those that cannot leave are postponed with their error.
 */
export async function relayRound(sql: SqlExecutor, options: RoundOptions): Promise<RoundResult> {
  await sql.query('BEGIN');
  try {
    const rows = await queryRows<OutboxRow>(sql, CLAIM, [options.limit, options.vhosts, ROUND_BYTES]);
    const result =
      rows.length > 0 ? await send(sql, rows, options) : { claimed: 0, due: 0, sent: 0, postponed: 0, error: null };
    await sql.query('COMMIT');
    return result;
  } catch (error) {
    await sql.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

interface Fate {
  row: OutboxRow;
  error: Error | null;
}

async function send(
  sql: SqlExecutor,
  rows: OutboxRow[],
  { publisherOf, postponeFailed }: RoundOptions,
): Promise<RoundResult> {
  const claimedAt = performance.now();
  const byVhost = Map.groupBy(rows, (row) => row.vhost as VhostRole);
  const fates = (await Promise.all([...byVhost].map(([vhost, group]) => publish(publisherOf(vhost), group)))).flat();
  const sent = fates.filter(({ error }) => error === null);
  const postponed = fates.filter(({ error }) => error !== null && (postponeFailed || isHopeless(error)));
  if (sent.length > 0) await sql.query(DELETE_SENT, [sent.map(({ row }) => row.id)]);
  if (postponed.length > 0)
    await sql.query(POSTPONE, [postponed.map(({ row }) => row.id), postponed.map(({ error }) => error!.message)]);
  const waited = (performance.now() - claimedAt) / 1_000;
  for (const { row } of sent) recordDispatchLag(row.exchange, row.routing_key, row.age + waited);
  const error = fates.find((fate) => fate.error !== null && !postponed.includes(fate))?.error ?? null;
  return { claimed: rows.length, due: rows[0]!.due, sent: sent.length, postponed: postponed.length, error };
}

function isHopeless(error: Error): boolean {
  return error instanceof UnroutableError || error instanceof UnsendableError;
}

/** Never rejects: without a connection the rows of this virtual host wait, those of the other one do not. */
async function publish(publisher: RelayPublisher, rows: OutboxRow[]): Promise<Fate[]> {
  const fail = (error: Error) => rows.map(() => error);
  const errors = await publisher.publishAll(rows.map(toMessage)).catch(fail);
  return rows.map((row, index) => ({ row, error: errors[index] ?? null }));
}

function toMessage(row: OutboxRow): OutgoingMessage {
  return {
    exchange: row.exchange,
    routingKey: row.routing_key,
    type: row.type,
    messageId: row.message_id,
    contentType: row.content_type,
    headers: row.headers,
    persistent: row.persistent,
    body: row.body,
  };
}

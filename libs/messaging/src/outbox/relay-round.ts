import { UnroutableError } from '../client/errors.js';
import type { OutgoingMessage } from '../client/messages.js';
import type { VhostRole } from '../server/handler-extras.js';
import { CLAIM, DELETE_SENT, type OutboxRow, POSTPONE } from './relay-sql.js';
import { queryRows, type SqlExecutor } from './sql-executor.js';

/** What the relay needs of a publisher. */
export interface RelayPublisher {
  publishAll(messages: readonly OutgoingMessage[]): Promise<(Error | null)[]>;
}

export interface RoundResult {
  claimed: number;
  /** confirmed and deleted */
  sent: number;
  unroutable: number;
  /** why some rows were neither, e.g. the connection was lost */
  error: Error | null;
}

/**
 * One transaction: claims rows, publishes them, deletes what was confirmed. Dying before the commit leaves the rows: they
 * go out again with the same id. Rows without a confirm stay as they are; unroutable ones are postponed with their error.
 */
export async function relayRound(
  sql: SqlExecutor,
  publisherOf: (vhost: VhostRole) => RelayPublisher,
  limit: number,
): Promise<RoundResult> {
  await sql.query('BEGIN');
  try {
    const rows = await queryRows<OutboxRow>(sql, CLAIM, [limit]);
    const result =
      rows.length > 0 ? await send(sql, rows, publisherOf) : { claimed: 0, sent: 0, unroutable: 0, error: null };
    await sql.query('COMMIT');
    return result;
  } catch (error) {
    await sql.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function send(
  sql: SqlExecutor,
  rows: OutboxRow[],
  publisherOf: (vhost: VhostRole) => RelayPublisher,
): Promise<RoundResult> {
  const byVhost = Map.groupBy(rows, (row) => row.vhost as VhostRole);
  const fates = (await Promise.all([...byVhost].map(([vhost, group]) => publish(publisherOf(vhost), group)))).flat();
  const sent = fates.filter(({ error }) => error === null).map(({ id }) => id);
  const unroutable = fates.filter(({ error }) => error instanceof UnroutableError);
  if (sent.length > 0) await sql.query(DELETE_SENT, [sent]);
  if (unroutable.length > 0) await sql.query(POSTPONE, [unroutable.map(({ id }) => id), unroutable[0]!.error!.message]);
  const failed = fates.find(({ error }) => error !== null && !(error instanceof UnroutableError));
  return { claimed: rows.length, sent: sent.length, unroutable: unroutable.length, error: failed?.error ?? null };
}

/** Never rejects: without a connection the rows of this virtual host wait, those of the other one do not. */
async function publish(publisher: RelayPublisher, rows: OutboxRow[]): Promise<{ id: string; error: Error | null }[]> {
  const fail = (error: Error) => rows.map(() => error);
  const errors = await publisher.publishAll(rows.map(toMessage)).catch(fail);
  return rows.map(({ id }, index) => ({ id, error: errors[index] ?? null }));
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

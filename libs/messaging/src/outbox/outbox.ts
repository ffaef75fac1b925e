import { Injectable } from '@nestjs/common';
import { encodeBody, type OutgoingMessage } from '../client/messages.js';
import type { VhostRole } from '../server/handler-extras.js';
import { traceHeaders } from '../tracing/trace-headers.js';
import { queryRows, type SqlExecutor } from './sql-executor.js';

/** A message that leaves after the transaction commits. */
export type OutboxMessage = Pick<
  OutgoingMessage,
  'exchange' | 'routingKey' | 'type' | 'messageId' | 'body' | 'contentType' | 'headers' | 'persistent'
> & {
  vhost: VhostRole;
};

// One statement; the notification is delivered at commit and once per transaction however often it is asked for.
const INSERT = `
WITH added AS (
  INSERT INTO outbox (vhost, exchange, routing_key, type, message_id, content_type, headers, persistent, body)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::boolean[], $9::bytea[])
  RETURNING 1
)
SELECT count(*)::int AS added, pg_notify('outbox_' || current_schema(), '') FROM added`;

/** Stores outgoing messages in the caller's transaction, so that a state change and what it tells others happen together or not at all. */
@Injectable()
export class Outbox {
  /**
   * Messages leave in the order of this array and of these calls (for transactions that lock the same row), each at least once.
   * @param sql the open transaction
   */
  async add(sql: SqlExecutor, messages: readonly OutboxMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const trace = traceHeaders();
    const encoded = messages.map((message) => encodeBody(message.body));
    await queryRows(sql, INSERT, [
      messages.map((message) => message.vhost),
      messages.map((message) => message.exchange),
      messages.map((message) => message.routingKey),
      messages.map((message) => message.type),
      messages.map((message) => message.messageId),
      messages.map((message, index) => message.contentType ?? encoded[index]!.contentType),
      messages.map((message) => JSON.stringify({ ...message.headers, ...trace })),
      messages.map((message) => message.persistent ?? true),
      encoded.map(({ content }) => content),
    ]);
  }
}

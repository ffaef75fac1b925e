import type { ConsumeMessage } from 'amqplib';

/** A delivered message, decoded as far as nothing can fail. */
export interface IncomingMessage {
  /** `message_id`; the same when it was published again */
  readonly id: string | null;
  readonly type: string | null;
  readonly exchange: string;
  readonly routingKey: string;
  /** checked by the broker; null when the publisher set none */
  readonly userId: string | null;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly contentType: string | null;
  readonly content: Buffer;
  /** by the publisher's clock, to the second; null when it did not say */
  readonly sentAt: Date | null;
  readonly redelivered: boolean;
  /** failed deliveries before this one, as counted by the quorum queue */
  readonly failures: number;
  /** @throws SyntaxError when the body is not JSON in UTF-8 */
  json(): unknown;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

export function incomingMessage({ content, fields, properties }: ConsumeMessage): IncomingMessage {
  const headers: Record<string, unknown> = properties.headers ?? {};
  return {
    id: text(properties.messageId),
    type: text(properties.type),
    exchange: fields.exchange,
    routingKey: fields.routingKey,
    userId: text(properties.userId),
    headers,
    contentType: text(properties.contentType),
    content,
    sentAt: typeof properties.timestamp === 'number' ? new Date(properties.timestamp * 1_000) : null,
    redelivered: fields.redelivered,
    failures: Number(headers['x-delivery-count'] ?? 0),
    json: () => parseJson(content),
  };
}

/** @throws SyntaxError for anything that is not JSON in UTF-8 */
export function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(UTF8.decode(content));
  } catch (error) {
    throw error instanceof SyntaxError ? error : new SyntaxError('the body is not UTF-8', { cause: error });
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Scalars only: RabbitMQ drops nested tables and arrays of headers in streams. */
export type FlatHeaders = Record<string, string | number | boolean>;

/** A message on its way to an exchange. */
export interface OutgoingMessage {
  exchange: string;
  routingKey: string;
  /** wire type, e.g. `job.progressed.v1` */
  type: string;
  /** stays the same when the message is published again */
  messageId: string;
  /** an object is sent as JSON, a string as UTF-8 */
  body: object | string | Buffer;
  /** default `application/json` for an object, else `text/plain` or `application/octet-stream` */
  contentType?: string;
  headers?: FlatHeaders;
  /** survives a restart of the broker; default true */
  persistent?: boolean;
  /** checked by the broker against the connection's user */
  userId?: string;
  /** milliseconds after which the broker drops it */
  expirationMs?: number;
  correlationId?: string;
}

/** Encodes a body and says what it is. */
export function encodeBody(body: object | string | Buffer): { content: Buffer; contentType: string } {
  if (Buffer.isBuffer(body)) return { content: body, contentType: 'application/octet-stream' };
  if (typeof body === 'string') return { content: Buffer.from(body), contentType: 'text/plain' };
  return { content: Buffer.from(JSON.stringify(body)), contentType: 'application/json' };
}

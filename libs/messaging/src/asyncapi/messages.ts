import {
  type Command,
  COMMAND_CONTENT_TYPE,
  COMMAND_JWS_TYPE,
  COMMAND_TYPES,
  EVENT_CLASSES,
  REPORT_TYPES,
  SEQ_HEADER,
  STREAM_FILTER_HEADER,
} from '@waybill/contracts';
import { type JsonSchema, schemaRef } from './schemas/json-schema.js';
import { COMMAND_TYPE_NAMES, type MessageSchemas } from './schemas/message-schemas.js';

/** Message Object of AsyncAPI 3. */
export interface Message {
  name: string;
  title: string;
  summary?: string;
  description?: string;
  contentType: string;
  tags: { name: string }[];
  headers?: { $ref: string } | JsonSchema;
  correlationId?: { location: string; description: string };
  payload: JsonSchema;
  bindings: { amqp: { messageType: string; bindingVersion: '0.3.0' } };
}

export type Messages = Record<string, Message>;

const JSON_TYPE = 'application/json';
const TRACE = schemaRef('TraceHeaders');

/** Key of the one message that a dead-letter queue holds. */
export const DEAD_LETTER = 'dead-letter';

export const requestKey = (pattern: string) => `${pattern}.request`;
export const replyKey = (pattern: string) => `${pattern}.reply`;

/** Everything that travels over the broker, by message type; requests and replies by pattern. */
export function buildMessages({ named, rpc }: MessageSchemas): Messages {
  const words = (name: string) => named[name]?.description;
  return { ...events(words), ...reports(words), ...commands(words), ...rpcMessages(rpc, words), ...deadLetter() };
}

type Words = (schema: string) => string | undefined;

function events(words: Words): Messages {
  return fromEntries(
    Object.entries(EVENT_CLASSES).map(([type, { name }]) => [
      type,
      message('event', type, { title: name, description: words(name), headers: TRACE, payload: schemaRef(name) }),
    ]),
  );
}

function reports(words: Words): Messages {
  const classes = { [REPORT_TYPES.status]: 'StatusReport', [REPORT_TYPES.progress]: 'ProgressReport' };
  return fromEntries(
    Object.entries(classes).map(([type, name]) => [
      type,
      message('report', type, { title: name, description: words(name), headers: TRACE, payload: schemaRef(name) }),
    ]),
  );
}

function commands(words: Words): Messages {
  return fromEntries(
    Object.entries(COMMAND_TYPES).map(([kind, type]) => {
      const name = COMMAND_TYPE_NAMES[kind as Command['kind']];
      return [type, command(type, name, words(name))];
    }),
  );
}

/** The body is text; what is in the text is a schema of its own. */
function command(type: string, name: string, description: string | undefined): Message {
  return message('command', type, {
    title: name,
    description,
    contentType: COMMAND_CONTENT_TYPE,
    headers: {
      type: 'object',
      allOf: [TRACE],
      properties: {
        [SEQ_HEADER]: { type: 'integer', description: "the command's seq, readable without verifying" },
        [STREAM_FILTER_HEADER]: {
          type: 'string',
          format: 'uuid',
          description: 'the one computer that it is for; the broker filters per chunk only',
        },
      },
    },
    payload: {
      type: 'string',
      description: `Compact JWS (RFC 7515): alg EdDSA, typ ${COMMAND_JWS_TYPE}, kid of one of the keys that GET /session of the agent door names.`,
      pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
      contentMediaType: JSON_TYPE,
      contentSchema: schemaRef(name),
    },
  });
}

function rpcMessages(rpc: MessageSchemas['rpc'], words: Words): Messages {
  const correlationId = { location: '$message.header#/correlationId', description: 'AMQP property correlation-id' };
  return fromEntries(
    Object.entries(rpc).flatMap(([pattern, { request, response }]): [string, Message][] => [
      [
        requestKey(pattern),
        message('request', pattern, {
          description: words(request.$ref?.split('/').at(-1) ?? ''),
          headers: schemaRef('RequestHeaders'),
          correlationId,
          payload: request,
        }),
      ],
      [
        replyKey(pattern),
        message('reply', pattern, {
          summary: `Answer to ${pattern}: its data, or an error.`,
          correlationId,
          payload: {
            anyOf: [
              {
                type: 'object',
                properties: { ok: { const: true }, data: response },
                required: ['ok', 'data'],
                additionalProperties: false,
              },
              schemaRef('RpcError'),
            ],
          },
        }),
      ],
    ]),
  );
}

function deadLetter(): Messages {
  return {
    [DEAD_LETTER]: {
      name: DEAD_LETTER,
      title: 'Dead letter',
      description: 'A message that could not be handled, unchanged, with why in its headers. Its type is kept.',
      contentType: 'application/octet-stream',
      tags: [{ name: 'dead letter' }],
      headers: schemaRef('DeadLetterHeaders'),
      payload: {},
      bindings: { amqp: { messageType: '*', bindingVersion: '0.3.0' } },
    },
  };
}

function message(kind: string, type: string, own: Partial<Message> & { payload: JsonSchema }): Message {
  const { title = type, summary, description, contentType = JSON_TYPE, headers, correlationId, payload } = own;
  return dropUndefined({
    name: type,
    title,
    summary,
    description,
    contentType,
    tags: [{ name: kind }],
    headers,
    correlationId,
    payload,
    bindings: { amqp: { messageType: type, bindingVersion: '0.3.0' as const } },
  });
}

function dropUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

function fromEntries<T>(entries: (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries(entries);
}

import { DEADLINE_HEADER } from '../rpc/deadline.js';
import { DEAD_LETTER_HEADERS } from '../server/settler.js';
import { type Schemas, schemaRef } from './schemas/json-schema.js';

/** Schemas that are no message: headers, and the error of a reply. */
export function supportingSchemas(): Schemas {
  return {
    TraceHeaders: {
      type: 'object',
      description: 'W3C Trace Context.',
      properties: { traceparent: { type: 'string' }, tracestate: { type: 'string' } },
    },
    RequestHeaders: {
      type: 'object',
      allOf: [schemaRef('TraceHeaders')],
      properties: {
        [DEADLINE_HEADER]: { type: 'integer', description: 'when the caller stops waiting, epoch milliseconds' },
      },
    },
    RpcError: {
      type: 'object',
      properties: { ok: { const: false }, error: schemaRef('WireError') },
      required: ['ok', 'error'],
      additionalProperties: false,
    },
    DeadLetterHeaders: {
      type: 'object',
      properties: Object.fromEntries(
        Object.entries(DEAD_LETTER_HEADERS).map(([name, description]) => [name, { description }]),
      ),
    },
  };
}

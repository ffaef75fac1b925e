import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiResponse } from '@nestjs/swagger';

/**
 * Documents the success answer by the name of a type in `views.ts`, or `Page<name>` for a list; null for an answer
 * that is not JSON.
 */
export function Answers(status: number, view: string | null, description: string): MethodDecorator {
  const schema = view === null ? null : schemaOf(view);
  return ApiResponse({ status, description, ...(schema ? { content: { 'application/json': { schema } } } : {}) });
}

/** Lists the stable problem codes that are particular to this operation. */
export function Problems(...codes: string[]): MethodDecorator {
  return applyDecorators(
    ApiExtension('x-problems', codes),
    ApiResponse({
      status: 'default',
      description: `Problem (RFC 9457). Codes of this operation: ${codes.join(', ')}.`,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    }),
  );
}

function schemaOf(view: string) {
  const item = /^Page<(\w+)>$/.exec(view)?.[1];
  if (!item) return { $ref: `#/components/schemas/${view}` };
  return {
    type: 'object',
    required: ['items', 'nextCursor'],
    properties: {
      items: { type: 'array', items: { $ref: `#/components/schemas/${item}` } },
      nextCursor: { type: 'string', nullable: true, description: 'null on the last page' },
    },
  };
}

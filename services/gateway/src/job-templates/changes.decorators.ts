import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiQuery } from '@nestjs/swagger';

/** Documents a body that is a JSON merge patch for an order, and `dryRun`. */
export function OrderChanges(): MethodDecorator {
  return applyDecorators(
    ApiQuery({ name: 'dryRun', required: false, type: Boolean, description: 'only say what the job would mean' }),
    ApiBody({
      required: false,
      description: 'JSON merge patch (RFC 7396) for the order; `null` takes a field away. No body: no changes.',
      schema: {
        type: 'object',
        additionalProperties: true,
        example: { version: '2.5.0', schedule: { startAt: '2026-10-01T09:00:00', zone: 'Asia/Tokyo' } },
      },
    }),
  );
}

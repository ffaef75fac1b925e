import { applyDecorators } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';

/** What lists of computers may be filtered by. */
export const COMPUTER_FILTER =
  'id, name, hostname, os, arch, distribution, agentVersion, enrolledAt, memoryBytes, cpu, online, lastSeenAt, group, attribute.<key>, ' +
  'software.<name> (version as text; ==* installed, !=* not installed), software.<name>.version (ordered)';

/** @param fields what `filter` and `sort` may name */
export function ApiListQuery(fields: string): MethodDecorator {
  return applyDecorators(
    ApiQuery({
      name: 'filter',
      required: false,
      type: String,
      description: `RSQL over: ${fields}. Operators == != < <= > >= =in= =out=, ; and , for and/or, * as wildcard.`,
    }),
    ApiQuery({
      name: 'sort',
      required: false,
      type: String,
      description: 'One of these fields, with a leading - for descending.',
    }),
    ApiQuery({ name: 'limit', required: false, schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100 } }),
    ApiQuery({
      name: 'cursor',
      required: false,
      type: String,
      description: '`nextCursor` of the page before, unchanged, with the same filter and sort.',
    }),
  );
}

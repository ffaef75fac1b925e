import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { invalid } from '@waybill/contracts';
import type { Request } from 'express';

/** The revision in `If-Match: "7"`; undefined when the header is absent or `*`. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): number | undefined => {
  const header = context.switchToHttp().getRequest<Request>().headers['if-match'];
  return header === undefined ? undefined : parseIfMatch(header);
});

/** @throws invalid `request.ifMatch` when it is not one of our entity tags */
export function parseIfMatch(header: string): number | undefined {
  if (header.trim() === '*') return undefined;
  const match = /^\s*"(\d{1,9})"\s*$/.exec(header);
  if (!match || Number(match[1]) < 1) {
    throw invalid('request.ifMatch', 'If-Match must be the ETag of an earlier answer, unchanged, e.g. "7".');
  }
  return Number(match[1]);
}

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { invalid } from '@waybill/contracts';
import type { Request } from 'express';

/**
 * A query parameter that is `true`, `false` or absent, which is false. Usage: `@Flag('dryRun') dryRun: boolean`; a pipe would come too late,
 * after the one that makes booleans of anything.
 * @throws WaybillError invalid `request.invalidQuery`
 */
export const Flag = createParamDecorator((name: string, context: ExecutionContext): boolean => {
  const value = context.switchToHttp().getRequest<Request>().query[name];
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw invalid('request.invalidQuery', 'The query string holds something that this call does not take.', [
    { pointer: `/${name}`, message: 'must be true or false' },
  ]);
});

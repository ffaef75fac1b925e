import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { invalid, PageQuery, validateMessage } from '@waybill/contracts';
import type { Request } from 'express';

/**
 * `filter`, `sort`, `limit`, `cursor` of a list. Query strings carry text only, so `limit` is read as a number here;
 * everything else is refused as it would be in a body.
 */
export const ListQuery = createParamDecorator((allowed: string[] | undefined, context: ExecutionContext): PageQuery => {
  const { query } = context.switchToHttp().getRequest<Request>();
  const fields: Record<string, unknown> = { ...query };
  for (const name of allowed ?? []) delete fields[name];
  if (typeof fields['limit'] === 'string' && /^\d{1,9}$/.test(fields['limit']))
    fields['limit'] = Number(fields['limit']);
  const checked = validateMessage(PageQuery, fields);
  if (!checked.ok) {
    throw invalid(
      'request.invalidQuery',
      'The query string holds something that this list does not take.',
      checked.errors,
    );
  }
  return checked.value;
});

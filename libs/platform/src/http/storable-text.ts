import { type FieldError, invalid } from '@waybill/contracts';
import type { NextFunction, Request, Response } from 'express';

const MESSAGE = 'must not contain NUL characters or broken Unicode';

/** Every text in a JSON value, keys included, that PostgreSQL could not hold, by JSON pointer. */
export function unstorableText(value: unknown, pointer = ''): FieldError[] {
  if (typeof value === 'string') return isStorable(value) ? [] : [{ pointer, message: MESSAGE }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return isStorable(key)
      ? unstorableText(item, at)
      : [{ pointer, message: 'a key must not contain NUL characters or broken Unicode' }];
  });
}

function isStorable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

/** Nothing that we name has control characters in its name. */
export function refuseControlsInPath(request: Request, _response: Response, next: NextFunction): void {
  const path = request.url.split('?')[0]!;
  const controls = /%(?:[01][0-9a-f]|7f)/i.test(path);
  next(controls ? invalid('request.badPath', 'The path contains control characters.') : undefined);
}

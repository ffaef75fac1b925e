import type { FieldError } from '@waybill/contracts';
import { isPlainText } from './plain-text.js';

const MESSAGE = 'must not contain control characters or broken Unicode';

/** Every string in a JSON value that is not plain text, by JSON pointer. Neither `text` nor `jsonb` columns take a NUL or a lone surrogate. */
export function unstorableText(value: unknown, pointer = ''): FieldError[] {
  if (typeof value === 'string') return isPlainText(value) ? [] : [{ pointer, message: MESSAGE }];
  if (Array.isArray(value)) return value.flatMap((item, index) => unstorableText(item, `${pointer}/${index}`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => unstorableText(item, `${pointer}/${key}`));
}

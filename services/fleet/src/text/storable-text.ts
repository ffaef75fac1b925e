import { type FieldError, invalid } from '@waybill/contracts';

/**
 * Refuses texts that PostgreSQL cannot keep: NUL, and halves of surrogate pairs that are no UTF-8.
 * @throws WaybillError `request.invalid` naming every such field
 */
export function checkStorable(value: unknown): void {
  const errors = unstorable(value, '');
  if (errors.length > 0)
    throw invalid(
      'request.invalid',
      'The request holds text that is not well-formed Unicode or has NUL characters.',
      errors,
    );
}

function unstorable(value: unknown, pointer: string): FieldError[] {
  if (typeof value === 'string')
    return isStorable(value) ? [] : [{ pointer, message: 'must be well-formed Unicode without NUL characters' }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return [
      ...(isStorable(key) ? [] : [{ pointer: at, message: 'has a name that cannot be stored' }]),
      ...unstorable(item, at),
    ];
  });
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000');
}

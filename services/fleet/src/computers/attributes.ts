import { type FieldError, invalid } from '@waybill/contracts';

const MAX_ATTRIBUTES = 100;
const MAX_VALUE = 256;
/** Names that an RSQL filter can say: `attribute.department==accounting`. */
const KEY = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,63}$/u;
const CONTROL = /[\u0000-\u001f\u007f]/;

/** @throws WaybillError `computer.attributesInvalid` naming every wrong attribute */
export function checkAttributes(attributes: Record<string, unknown>, pointer = '/attributes'): Record<string, string> {
  const entries = Object.entries(attributes);
  const errors: FieldError[] = entries.flatMap(([key, value]) =>
    attributeErrors(key, value, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
  if (entries.length > MAX_ATTRIBUTES)
    errors.unshift({ pointer, message: `must hold at most ${MAX_ATTRIBUTES} attributes, not ${entries.length}` });
  if (errors.length > 0) {
    throw invalid(
      'computer.attributesInvalid',
      `Attributes are at most ${MAX_ATTRIBUTES} names of letters, digits, "_", "." or "-" with texts of at most ${MAX_VALUE} characters.`,
      errors,
    );
  }
  return attributes as Record<string, string>;
}

function attributeErrors(key: string, value: unknown, pointer: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!KEY.test(key))
    errors.push({
      pointer,
      message: 'name must be 1-64 letters, digits, "_", "." or "-", starting with a letter, digit or "_"',
    });
  if (typeof value !== 'string') errors.push({ pointer, message: 'must be a text' });
  else if (value.length > MAX_VALUE || CONTROL.test(value))
    errors.push({ pointer, message: `must be at most ${MAX_VALUE} characters without control characters` });
  return errors;
}

/** @throws WaybillError `computer.nameInvalid` for control characters and path separators, which no host name has */
export function checkComputerName(name: string, pointer: string): string {
  if (CONTROL.test(name) || /[/\\]/.test(name) || name.trim() !== name || name.length === 0) {
    throw invalid(
      'computer.nameInvalid',
      "A computer's name has no control characters, slashes or surrounding blanks.",
      [{ pointer, message: 'must not hold control characters, slashes or surrounding blanks' }],
    );
  }
  return name;
}

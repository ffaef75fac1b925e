import { createHash } from 'node:crypto';
import { invalid } from '@waybill/contracts';

/** Where a page ended: the sort value and the unique value of its last row, as PostgreSQL writes them. */
export interface CursorPosition {
  /** null when the sort field is null there */
  key: string | null;
  id: string;
}

/** Binds a cursor to the list, sort and filter it came from. */
export function listFingerprint(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);
}

export function encodeCursor(fingerprint: string, { key, id }: CursorPosition): string {
  return Buffer.from(JSON.stringify([fingerprint, key, id])).toString('base64url');
}

/** @throws invalid `cursor.invalid` when it was made up, or belongs to another list, filter or sort */
export function decodeCursor(fingerprint: string, cursor: string): CursorPosition {
  const refusal = invalid(
    'cursor.invalid',
    'cursor must be the nextCursor of the page before, unchanged, with the same filter and sort.',
  );
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw refusal;
  }
  if (!Array.isArray(parts) || parts.length !== 3 || parts[0] !== fingerprint) throw refusal;
  const [, key, id] = parts as [unknown, unknown, unknown];
  if (!isText(id) || (key !== null && !isText(key))) throw refusal;
  return { key, id };
}

/** PostgreSQL's text has no NUL. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\u0000');
}

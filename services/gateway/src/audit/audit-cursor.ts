import { createHash } from 'node:crypto';
import { AUDITED_SERVICES } from '@waybill/audit/schema';
import { invalid } from '@waybill/contracts';
import type { Positions } from './merge-logs.js';

/** A cursor belongs to the question that it came from: filter and order. */
export function encodeAuditCursor(question: readonly string[], positions: Positions): string {
  const numbers = AUDITED_SERVICES.map((service) => positions[service] ?? null);
  return Buffer.from(JSON.stringify([fingerprint(question), ...numbers])).toString('base64url');
}

/** @throws invalid `cursor.invalid` when it was made up or belongs to another question */
export function decodeAuditCursor(question: readonly string[], cursor: string): Positions {
  const [mark, ...numbers] = parse(cursor);
  if (mark !== fingerprint(question) || numbers.length !== AUDITED_SERVICES.length || !numbers.every(isPosition))
    throw refusal();
  const known = AUDITED_SERVICES.map((service, index) => [service, numbers[index]] as const);
  return Object.fromEntries(known.filter(([, position]) => position !== null));
}

function parse(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts)) return parts;
  } catch {
    // not one of ours
  }
  throw refusal();
}

function isPosition(value: unknown): value is number | null {
  return value === null || (Number.isSafeInteger(value) && (value as number) >= 0);
}

function fingerprint(question: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 16);
}

const refusal = () =>
  invalid(
    'cursor.invalid',
    'cursor must be the nextCursor of the page before, unchanged, with the same filter and sort.',
  );

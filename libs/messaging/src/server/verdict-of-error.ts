import { type ErrorKind, WaybillError } from '@waybill/contracts';
import { dead, RETRY, type Verdict } from './verdict.js';

/** Kinds that may go away by waiting; every other kind will be refused for ever. */
const PASSING: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['unavailable', 'internal', 'limited']);

/** SQLSTATE class 22, data exception: a value that the database will never take, e.g. a NUL character in text. */
const DATA_EXCEPTION = /^22[0-9A-Z]{3}$/;

/** What becomes of a message whose handler threw. */
export function verdictOfError(error: unknown): Verdict {
  if (error instanceof WaybillError && !PASSING.has(error.kind)) return dead(error.message);
  if (DATA_EXCEPTION.test(sqlState(error))) return dead(reasonOf(error));
  return RETRY;
}

function sqlState(error: unknown): string {
  const { driverError, code } = (error ?? {}) as { driverError?: { code?: unknown }; code?: unknown };
  const state = driverError?.code ?? code;
  return typeof state === 'string' ? state : '';
}

/** One line for a log or a header. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

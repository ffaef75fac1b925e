import { WaybillError } from '@waybill/contracts';

/** What kind of error it was, in few words: the stable code of ours, else the name of its class. */
export function errorType(error: unknown): string {
  if (error instanceof WaybillError) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

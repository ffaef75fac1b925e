import { WaybillError } from '@waybill/contracts/agent';
import { ConfigError } from './config/config-error.js';

/** One sentence for what a person can mend, the stack for what only we can. */
export function startFailure(error: unknown): string {
  const expected = error instanceof ConfigError || error instanceof WaybillError;
  return `waybill-agent: ${expected ? error.message : String((error as Error).stack ?? error)}\n`;
}

import { trustOnly } from '@waybill/contracts/agent';
import { ConfigError } from './config-error.js';

/**
 * Pins the authorities of the configuration for door, broker and downloads; without any those of the system hold.
 * @param ca certificates in PEM
 * @throws ConfigError when it holds none
 */
export function believe(ca: string | undefined): void {
  if (ca === undefined) return;
  try {
    trustOnly(ca);
  } catch (error) {
    throw new ConfigError(`The setting ca (WAYBILL_AGENT_CA_FILE) is wrong: ${(error as Error).message}.`);
  }
}

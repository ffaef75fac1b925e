import { trustOnly } from '@waybill/contracts';
import { ConfigError } from '../config/load-config.js';

/**
 * Trusts the authorities that the configuration names, and no other.
 * @param ca certificates in PEM; absent: those of the system
 * @throws ConfigError when it holds none
 */
export function believe(ca: string | undefined): void {
  if (ca === undefined) return;
  try {
    trustOnly(ca);
  } catch (error) {
    throw new ConfigError(`WAYBILL_CA must hold certificates in PEM (${(error as Error).message}).`);
  }
}

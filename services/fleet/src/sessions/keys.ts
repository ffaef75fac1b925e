import type { Provider } from '@nestjs/common';
import { ConfigError, freshText } from '@waybill/platform';
import { KeyRing, ServiceKey } from '@waybill/trust';
import { FleetConfig } from '../config/fleet.config.js';

/** Injection token of the {@link ServiceKey} that signs access tokens and session notices. */
export const SESSION_KEY = Symbol('SESSION_KEY');

/** The installation's key set and our own key in it; both may be replaced while we run. */
export const KEYS: Provider[] = [
  {
    provide: KeyRing,
    inject: [FleetConfig],
    useFactory: async (config: FleetConfig) => {
      const ring = new KeyRing(freshText(config, 'keySet'));
      await ring.current().catch((error: Error) => refuse('WAYBILL_KEY_SET', error));
      return ring;
    },
  },
  {
    provide: SESSION_KEY,
    inject: [FleetConfig, KeyRing],
    useFactory: async (config: FleetConfig, ring: KeyRing) => {
      const key = new ServiceKey('session', ring, freshText(config, 'tokenKey'));
      await key.current().catch((error: Error) => refuse('WAYBILL_TOKEN_KEY', error));
      return key;
    },
  },
];

/** A service with keys that nobody believes would look healthy and reach no computer. */
function refuse(variable: string, error: Error): never {
  throw new ConfigError(`${variable} (or ${variable}_FILE) cannot be used: ${error.message}.`);
}

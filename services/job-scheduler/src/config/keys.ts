import type { Provider } from '@nestjs/common';
import { ConfigError, freshText } from '@waybill/platform';
import { KeyRing, ServiceKey } from '@waybill/trust';
import { CommandSigner } from '../dispatch/command-signer.js';
import { JobSchedulerConfig } from './job-scheduler.config.js';

/** The installation's key set and the command key in it; both may be replaced while we run. */
export const KEYS: Provider[] = [
  { provide: KeyRing, inject: [JobSchedulerConfig], useFactory: keyRing },
  { provide: CommandSigner, inject: [JobSchedulerConfig, KeyRing], useFactory: commandSigner },
];

/** @throws ConfigError when the key set does not hold */
export async function keyRing(config: JobSchedulerConfig): Promise<KeyRing> {
  const ring = new KeyRing(freshText(config, 'keySet'));
  await ring.current().catch((error: Error) => refuse('WAYBILL_KEY_SET', error));
  return ring;
}

/** @throws ConfigError when the key is none, of another kind, or one that agents would refuse */
export async function commandSigner(config: JobSchedulerConfig, ring: KeyRing): Promise<CommandSigner> {
  const key = new ServiceKey('command', ring, freshText(config, 'commandKey'));
  await key.current().catch((error: Error) => refuse('WAYBILL_COMMAND_KEY', error));
  return new CommandSigner(key);
}

function refuse(variable: string, error: Error): never {
  throw new ConfigError(`${variable} (or ${variable}_FILE) cannot be used: ${error.message}.`);
}

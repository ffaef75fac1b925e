import { ConfigError, Env, IsEd25519PublicKeys, ServiceConfig } from '@waybill/platform';
import { Matches } from 'class-validator';
import { CommandSigner } from '../dispatch/command-signer.js';

/** What the job-scheduler reads from the environment. */
export class JobSchedulerConfig extends ServiceConfig {
  override httpPort: number = 8083;

  /** Ed25519 private key (PKCS#8 PEM) that signs commands; usually given as a file */
  @Env('WAYBILL_COMMAND_KEY', { secret: true })
  @Matches(/^-----BEGIN PRIVATE KEY-----/, {
    message: '$property must be an Ed25519 private key in PEM (PKCS#8); name its file in WAYBILL_COMMAND_KEY_FILE',
  })
  commandKey: string;

  /** under which agents know the public half */
  @Env('WAYBILL_COMMAND_KEY_ID')
  @Matches(/^[A-Za-z0-9._-]{1,64}$/, { message: '$property must have 1-64 letters, digits or . _ -' })
  commandKeyId: string = 'waybill-command-1';
  /** Ed25519 public keys (PEM) of the gateway, which vouches for who asks; several while its key is rotated */
  @Env('WAYBILL_ACTOR_PUBLIC_KEY')
  @IsEd25519PublicKeys()
  actorPublicKeys: string;
}

/** @throws ConfigError when the key is none, or of another kind */
export function commandSigner({ commandKey, commandKeyId }: JobSchedulerConfig): CommandSigner {
  try {
    return new CommandSigner({ pem: commandKey, id: commandKeyId });
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unreadable';
    throw new ConfigError(`WAYBILL_COMMAND_KEY must hold an Ed25519 private key in PEM (${why}).`);
  }
}

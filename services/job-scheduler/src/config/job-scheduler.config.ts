import { Env, ServiceConfig } from '@waybill/platform';
import { IsString, Matches } from 'class-validator';

/** What the job-scheduler reads from the environment. */
export class JobSchedulerConfig extends ServiceConfig {
  override httpPort: number = 8083;

  /** Ed25519 private key (PKCS#8 PEM) that signs commands; usually given as a file */
  @Env('WAYBILL_COMMAND_KEY', { secret: true })
  @IsString({ message: '$property must be an Ed25519 private key in PEM; name its file in WAYBILL_COMMAND_KEY_FILE' })
  @Matches(/^-----BEGIN PRIVATE KEY-----/, { message: '$property must be an Ed25519 private key in PEM (PKCS#8)' })
  commandKey: string;

  /** under which agents know the public half */
  @Env('WAYBILL_COMMAND_KEY_ID')
  @Matches(/^[A-Za-z0-9._-]{1,64}$/, { message: '$property must have 1-64 letters, digits or . _ -' })
  commandKeyId: string = 'waybill-command-1';
}

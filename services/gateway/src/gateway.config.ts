import { Env, StorageServiceConfig } from '@waybill/platform';
import { MinLength } from 'class-validator';

/** Everything the gateway reads from the environment. */
export class GatewayConfig extends StorageServiceConfig {
  /** password of the account `admin` */
  @Env('WAYBILL_ADMIN_PASSWORD', { secret: true })
  @MinLength(12, { message: '$property must have at least 12 characters' })
  adminPassword: string;
}

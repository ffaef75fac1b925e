import { Env, StorageServiceConfig } from '@waybill/platform';
import { IsOptional, IsUrl, MinLength } from 'class-validator';

/** Everything the gateway reads from the environment. */
export class GatewayConfig extends StorageServiceConfig {
  /** password of the account `admin` */
  @Env('WAYBILL_ADMIN_PASSWORD', { secret: true })
  @MinLength(12, { message: '$property must have at least 12 characters' })
  adminPassword: string;
  /** where people and integrators reach object storage, when that is not where we do; goes into presigned URLs */
  @Env('WAYBILL_S3_PUBLIC_ENDPOINT')
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true })
  s3PublicEndpoint?: string;
}

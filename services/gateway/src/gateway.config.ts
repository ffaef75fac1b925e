import { Env, IsEd25519PrivateKey, IsListOf, isOrigin, PublicServiceConfig, type UsedLink } from '@waybill/platform';
import { IsOptional, IsUrl, MinLength } from 'class-validator';

/** Everything the gateway reads from the environment. */
export class GatewayConfig extends PublicServiceConfig {
  /** password of the account `admin` */
  @Env('WAYBILL_ADMIN_PASSWORD', { secret: true })
  @MinLength(12, { message: '$property must have at least 12 characters' })
  adminPassword: string;
  /** origins whose pages may call the API, e.g. `https://console.example.org`; default none */
  @Env('WAYBILL_CORS_ORIGINS')
  @IsListOf(isOrigin, 'origins such as https://console.example.org')
  corsOrigins: string = '';
  /** vouches to the services for who asks; they hold the public half */
  @Env('WAYBILL_ACTOR_KEY', { secret: true })
  @IsEd25519PrivateKey()
  actorKey: string;
  /** where people and integrators reach object storage, when that is not where we do; goes into presigned URLs */
  @Env('WAYBILL_S3_PUBLIC_ENDPOINT')
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true })
  s3PublicEndpoint?: string;

  override links(): UsedLink[] {
    const { s3PublicEndpoint: url } = this;
    return [
      ...super.links(),
      ...(url ? [{ link: 'uploads', variable: 'WAYBILL_S3_PUBLIC_ENDPOINT', url } as const] : []),
    ];
  }
}

import { Env, IsEd25519PrivateKey, IsListOf, isOrigin, PublicServiceConfig, type UsedLink } from '@waybill/platform';
import { IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min, MinLength } from 'class-validator';

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
  /** longest life of an API token in days; older ones that live longer are shortened to it at the start */
  @Env('WAYBILL_API_TOKEN_MAX_DAYS') @IsInt() @Min(1) @Max(3650) apiTokenMaxDays: number = 365;
  /** vouches to the services for who asks; they hold the public half */
  @Env('WAYBILL_ACTOR_KEY', { secret: true })
  @IsEd25519PrivateKey()
  actorKey: string;
  /** where people reach this API, e.g. `https://waybill.example.org`; the OpenID provider sends them back to it */
  @Env('WAYBILL_PUBLIC_URL')
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  publicUrl: string = 'http://127.0.0.1:8080';
  /** issuer of the OpenID provider that people may log in at; absent: none */
  @Env('WAYBILL_OIDC_ISSUER')
  @Matches(/^$|^https:\/\/|^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/, {
    message: '$property must be an https URL, e.g. https://login.example.org/realms/staff; http only on this machine',
  })
  oidcIssuer: string = '';
  @Env('WAYBILL_OIDC_CLIENT_ID') @IsString() oidcClientId: string = 'waybill';
  /** absent: a public client, protected by PKCE alone */
  @Env('WAYBILL_OIDC_CLIENT_SECRET', { secret: true }) @IsString() oidcClientSecret: string = '';
  /** where people and integrators reach object storage, when that is not where we do; goes into presigned URLs */
  @Env('WAYBILL_S3_PUBLIC_ENDPOINT')
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true })
  s3PublicEndpoint?: string;

  /**
   * origins that webhooks may call although they are plain http or not on the internet, e.g.
   * `https://erp.corp.example,http://10.1.2.3:8080`; default none
   */
  @Env('WAYBILL_WEBHOOK_ORIGINS')
  @IsListOf(isOrigin, 'origins such as https://erp.corp.example')
  webhookOrigins: string = '';
  /** attempts to deliver an event to a webhook before it is dead */
  @Env('WAYBILL_WEBHOOK_ATTEMPTS') @IsInt() @Min(1) @Max(30) webhookAttempts: number = 12;

  override links(): UsedLink[] {
    const { s3PublicEndpoint: url } = this;
    return [
      ...super.links(),
      ...(url ? [{ link: 'uploads', variable: 'WAYBILL_S3_PUBLIC_ENDPOINT', url } as const] : []),
    ];
  }
}

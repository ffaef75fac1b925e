import { Env, IsEd25519PublicKeys, PublicServiceConfig, type UsedLink } from '@waybill/platform';
import { IsOptional, IsString, IsUrl, Matches } from 'class-validator';

/** What fleet reads from the environment. */
export class FleetConfig extends PublicServiceConfig {
  /** where agents reach object storage, when that is not where we do; goes into presigned URLs */
  @Env('WAYBILL_S3_PUBLIC_ENDPOINT')
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true })
  s3PublicEndpoint?: string;
  /** told to agents; without user and virtual host */
  @Env('WAYBILL_AGENT_BROKER_URL')
  @Matches(/^amqps?:\/\/[^@/]+\/?$/, {
    message: '$property must look like amqp://host:5672, without user and virtual host',
  })
  agentBrokerUrl: string;
  /** Ed25519 private key (PEM) that signs access tokens and session notices; the broker trusts its public half */
  @Env('WAYBILL_TOKEN_KEY', { secret: true }) @IsString() tokenKey: string;
  /** the signed key set that agents are handed (npm run keys); read again when its file changes */
  @Env('WAYBILL_KEY_SET') @IsString() keySet: string;
  /** the broker's management API; presence is reconciled and connections are closed over it */
  @Env('WAYBILL_BROKER_MANAGEMENT_URL', { secret: true })
  @Matches(/^https?:\/\//, { message: '$property must look like http://fleet:password@host:15672' })
  brokerManagementUrl: string;
  /** virtual host that the broker publishes its own events to, as in its `event_exchange.vhost` */
  @Env('WAYBILL_BROKER_EVENTS_VHOST') @IsString() brokerEventsVhost: string = 'agents';
  /** Ed25519 public keys (PEM) of the gateway, which vouches for who asks; several while its key is rotated */
  @Env('WAYBILL_ACTOR_PUBLIC_KEY')
  @IsEd25519PublicKeys()
  actorPublicKeys: string;

  override links(): UsedLink[] {
    return [
      ...super.links(),
      { link: 'agent-broker', variable: 'WAYBILL_AGENT_BROKER_URL', url: this.agentBrokerUrl },
      { link: 'broker-management', variable: 'WAYBILL_BROKER_MANAGEMENT_URL', url: this.brokerManagementUrl },
      ...(this.s3PublicEndpoint
        ? [{ link: 'agent-downloads', variable: 'WAYBILL_S3_PUBLIC_ENDPOINT', url: this.s3PublicEndpoint } as const]
        : []),
    ];
  }
}

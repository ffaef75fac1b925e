import { Env, IsEd25519PublicKeys, ServiceConfig } from '@waybill/platform';
import { IsInt, Max, Min } from 'class-validator';

/** Environment of the result service. */
export class ResultConfig extends ServiceConfig {
  @Env('WAYBILL_HTTP_PORT') @IsInt() @Min(0) @Max(65535) override httpPort: number = 8084;
  /** seconds that agents have to answer a cancel or an expiry before what has not begun is presumed closed */
  @Env('WAYBILL_CANCEL_GRACE_SECONDS') @IsInt() @Min(0) @Max(86_400) cancelGraceSeconds: number = 60;
  /** Ed25519 public keys (PEM) of the gateway, which vouches for who asks; several while its key is rotated */
  @Env('WAYBILL_ACTOR_PUBLIC_KEY')
  @IsEd25519PublicKeys()
  actorPublicKeys: string;
}

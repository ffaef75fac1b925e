import { DURATION_PATTERN, durationMs } from '@waybill/contracts';
import { Env, IsEd25519PublicKeys, StorageServiceConfig } from '@waybill/platform';
import { Matches } from 'class-validator';

/** What the package service reads from the environment. */
export class PackageConfig extends StorageServiceConfig {
  override httpPort: number = 8082;

  /** an upload that began longer ago is given up and its bytes are removed */
  @Env('WAYBILL_UPLOAD_MAX_AGE')
  @Matches(DURATION_PATTERN, { message: '$property must be an ISO 8601 duration such as PT24H' })
  uploadMaxAge: string = 'PT24H';

  /** Ed25519 public keys (PEM) of the gateway, which vouches for who asks; several while its key is rotated */
  @Env('WAYBILL_ACTOR_PUBLIC_KEY')
  @IsEd25519PublicKeys()
  actorPublicKeys: string;

  get uploadMaxAgeSeconds(): number {
    return durationMs(this.uploadMaxAge) / 1000;
  }
}

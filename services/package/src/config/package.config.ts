import { DURATION_PATTERN, durationMs } from '@waybill/contracts';
import { Env, IsEd25519PublicKeys, StorageServiceConfig } from '@waybill/platform';
import { IsOptional, IsString, Matches } from 'class-validator';

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

  /** the signed key set (npm run keys) that says whose signatures count; read again when its file changes */
  @Env('WAYBILL_KEY_SET') @IsString() keySet: string;

  /**
   * Ed25519 private key (PKCS#8 PEM) that signs manifests for packagers who send no signature of their own. Absent: the organisation
   * keeps its publishing keys to itself, and every publication brings its signature
   */
  @Env('WAYBILL_PUBLISHING_KEY', { secret: true })
  @IsOptional()
  @Matches(/^-----BEGIN PRIVATE KEY-----/, {
    message: '$property must be an Ed25519 private key in PEM (PKCS#8); name its file in WAYBILL_PUBLISHING_KEY_FILE',
  })
  publishingKey?: string;

  get uploadMaxAgeSeconds(): number {
    return durationMs(this.uploadMaxAge) / 1000;
  }
}

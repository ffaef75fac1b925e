import { Injectable } from '@nestjs/common';
import type { VersionView } from '@waybill/contracts';
import { expectedArtifacts } from '@waybill/packaging';
import { KeyRing, signatureView } from '@waybill/trust';
import type { StoredArtifacts } from './version.js';
import type { VersionEntity } from './version.entity.js';

/** Versions as others see them, with how their signatures stand at this moment. */
@Injectable()
export class VersionViews {
  constructor(private readonly keys: KeyRing) {}

  async of(entity: VersionEntity, stored: StoredArtifacts): Promise<VersionView> {
    return {
      id: entity.id,
      package: entity.package,
      version: entity.version,
      versionScheme: entity.scheme,
      status: entity.status,
      manifest: entity.manifest,
      manifestDigest: entity.manifestDigest,
      signature: signatureView(await this.keys.current(), entity.signedBy, Date.now()),
      artifacts: expectedArtifacts(entity.manifest).map(({ file }) => {
        const artifact = stored.get(file);
        const { sha256 = null, size = null } = artifact ?? {};
        return { file, sha256, size, uploaded: artifact !== undefined };
      }),
      createdAt: entity.createdAt.toISOString(),
      publishedAt: entity.publishedAt?.toISOString() ?? null,
      withdrawnAt: entity.withdrawnAt?.toISOString() ?? null,
      revision: entity.revision,
    };
  }
}

import type { VersionView } from '@waybill/contracts';
import { expectedArtifacts } from './manifest-artifacts.js';
import type { StoredArtifacts } from './version.js';
import type { VersionEntity } from './version.entity.js';

export function versionView(entity: VersionEntity, stored: StoredArtifacts): VersionView {
  return {
    id: entity.id,
    package: entity.package,
    version: entity.version,
    versionScheme: entity.scheme,
    status: entity.status,
    manifest: entity.manifest,
    manifestDigest: entity.manifestDigest,
    artifacts: expectedArtifacts(entity.manifest).map(({ file }) => {
      const artifact = stored.get(file);
      return { file, sha256: artifact?.sha256 ?? null, size: artifact?.size ?? null, uploaded: artifact !== undefined };
    }),
    createdAt: entity.createdAt.toISOString(),
    publishedAt: entity.publishedAt?.toISOString() ?? null,
    withdrawnAt: entity.withdrawnAt?.toISOString() ?? null,
    revision: entity.revision,
  };
}

import { Injectable } from '@nestjs/common';
import type { Manifest, PackageVersionPublished, PackageVersionWithdrawn } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';

/** Our copy of a package version. */
export interface VersionCopy {
  versionId: string;
  package: string;
  version: string;
  /** null while only the withdrawal has been heard of */
  manifest: Manifest | null;
  manifestDigest: string | null;
  /** compact JWS of the publisher; null when nobody vouches for the version */
  signedManifest: string | null;
  withdrawn: boolean;
}

/** What is kept of a published version; without object keys nothing of it can be downloaded yet. */
export type PublishedVersion = Omit<PackageVersionPublished, 'v' | 'objectKeys'> & {
  objectKeys?: Record<string, string>;
};

const COLUMNS = `version_id AS "versionId", package, version, manifest, manifest_digest AS "manifestDigest", signed_manifest AS "signedManifest", withdrawn_at IS NOT NULL AS withdrawn`;

// The content of a version id never changes, so the first word about it stands; a withdrawal that came before is kept. Its
// signature may be replaced by a newer one, and is never lost to an event that carries none.
const PUBLISH = `
WITH copy AS (
  INSERT INTO version_copies (version_id, package, version, manifest, manifest_digest, published_at, signed_manifest)
  VALUES ($1, $2, $3, $4, $5, $6, $10)
  ON CONFLICT (version_id) DO UPDATE SET manifest = excluded.manifest, manifest_digest = excluded.manifest_digest, published_at = excluded.published_at,
    signed_manifest = coalesce(excluded.signed_manifest, version_copies.signed_manifest)
  WHERE version_copies.manifest_digest IS NULL OR version_copies.manifest_digest = excluded.manifest_digest
  RETURNING version_id
)
INSERT INTO version_artifacts (version_id, sha256, object_key, size)
SELECT copy.version_id, a.* FROM copy, unnest($7::text[], $8::text[], $9::bigint[]) AS a
ON CONFLICT DO NOTHING`;

const WITHDRAW = `
INSERT INTO version_copies (version_id, package, version, withdrawn_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (version_id) DO UPDATE SET withdrawn_at = excluded.withdrawn_at`;

@Injectable()
export class VersionsRepository {
  /** The newest version of that name. */
  async find(sql: SqlExecutor, name: string, version: string): Promise<VersionCopy | null> {
    const text = `SELECT ${COLUMNS} FROM version_copies WHERE package = $1 AND version = $2 ORDER BY published_at DESC NULLS LAST LIMIT 1`;
    const [row] = (await sql.query(text, [name, version])) as VersionCopy[];
    return row ?? null;
  }

  async findByIds(sql: SqlExecutor, versionIds: readonly string[]): Promise<VersionCopy[]> {
    return (await sql.query(`SELECT ${COLUMNS} FROM version_copies WHERE version_id = ANY($1::uuid[])`, [
      versionIds,
    ])) as VersionCopy[];
  }

  /** Header and signature of each version's JWS are what views need; the manifest between them stays in the database. */
  async signedManifests(sql: SqlExecutor, versionIds: readonly string[]): Promise<Map<string, string>> {
    const text = `SELECT version_id AS id, split_part(signed_manifest, '.', 1) || '..' AS jws FROM version_copies
      WHERE version_id = ANY($1::uuid[]) AND signed_manifest IS NOT NULL`;
    const rows = (await sql.query(text, [versionIds])) as { id: string; jws: string }[];
    return new Map(rows.map(({ id, jws }) => [id, jws]));
  }

  async published(sql: SqlExecutor, copy: PublishedVersion): Promise<void> {
    const artifacts = artifactsOf(copy);
    await sql.query(PUBLISH, [
      copy.versionId,
      copy.package,
      copy.version,
      JSON.stringify(copy.manifest),
      copy.manifestDigest,
      copy.publishedAt,
      artifacts.map((artifact) => artifact.sha256),
      artifacts.map((artifact) => artifact.objectKey),
      artifacts.map((artifact) => artifact.size),
      copy.signedManifest ?? null,
    ]);
  }

  async withdrawn(sql: SqlExecutor, event: Omit<PackageVersionWithdrawn, 'v'>): Promise<void> {
    await sql.query(WITHDRAW, [event.versionId, event.package, event.version, event.withdrawnAt]);
  }
}

/** Each distinct file of the manifest that lies in object storage. */
function artifactsOf({
  manifest,
  objectKeys = {},
}: PublishedVersion): { sha256: string; objectKey: string; size: number }[] {
  const found = new Map<string, { sha256: string; objectKey: string; size: number }>();
  for (const { sha256, size } of manifest.variants.flatMap((variant) => variant.artifacts)) {
    const objectKey = sha256 === undefined ? undefined : objectKeys[sha256];
    if (sha256 !== undefined && objectKey !== undefined) found.set(sha256, { sha256, objectKey, size: size ?? 0 });
  }
  return [...found.values()];
}

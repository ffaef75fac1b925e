import { conflict, type Manifest, type VersionStatus, WaybillError } from '@waybill/contracts';
import { canonicalJson, manifestDigest } from '@waybill/trust';
import { expectedArtifacts, frozenManifest, type StoredArtifact, type VersionScheme } from '@waybill/packaging';

/** A version as its rules see it. `draft → published → withdrawn`, never back. */
export interface Version {
  package: string;
  version: string;
  scheme: VersionScheme;
  status: VersionStatus;
  manifest: Manifest;
}

/** What a decision comes to: something to store, or nothing because it is so already. */
export type Decision<Change> = { kind: 'unchanged' } | ({ kind: 'change' } & Change);

/** Stored digest and size of each uploaded file of a version. */
export type StoredArtifacts = ReadonlyMap<string, StoredArtifact>;

/**
 * A version of that name is there already. The same draft again is the answer lost on the way, or a repeated call.
 * @throws conflict `version.exists`
 */
export function decideRecreate(existing: Version, manifest: Manifest): { kind: 'unchanged' } {
  if (existing.status === 'draft' && canonicalJson(existing.manifest) === canonicalJson(manifest))
    return { kind: 'unchanged' };
  const why =
    existing.status === 'draft' ? 'as a draft with another manifest' : `and is ${existing.status}, which is final`;
  throw conflict('version.exists', `Version ${name(existing)} exists already ${why}; use another version number.`);
}

/**
 * Freezes the manifest: the artifacts' digests and sizes and the version scheme become part of it.
 * @throws conflict `version.withdrawn`, `version.artifactsMissing` (names the files)
 */
export function decidePublish(
  version: Version,
  stored: StoredArtifacts,
): Decision<{ manifest: Manifest; manifestDigest: string }> {
  if (version.status === 'published') return { kind: 'unchanged' };
  if (version.status === 'withdrawn') {
    throw conflict(
      'version.withdrawn',
      `Version ${name(version)} was withdrawn and cannot be published again; create another version.`,
    );
  }
  const missing = expectedArtifacts(version.manifest).filter(({ file }) => !stored.has(file));
  if (missing.length > 0) {
    const files = missing.map(({ file }) => `"${file}"`).join(', ');
    throw new WaybillError(
      'conflict',
      'version.artifactsMissing',
      `Version ${name(version)} cannot be published before these files are uploaded: ${files}.`,
      missing.map(({ file }) => ({
        pointer: artifactPointer(version.manifest, file),
        message: `"${file}" is not uploaded`,
      })),
    );
  }
  const manifest = frozenManifest(version.manifest, version.scheme, stored);
  return { kind: 'change', manifest, manifestDigest: manifestDigest(manifest) };
}

/** @throws conflict `version.notPublished` */
export function decideWithdraw(version: Version): Decision<object> {
  if (version.status === 'withdrawn') return { kind: 'unchanged' };
  if (version.status === 'draft') {
    throw conflict(
      'version.notPublished',
      `Version ${name(version)} is a draft; only a published version can be withdrawn.`,
    );
  }
  return { kind: 'change' };
}

/** @throws conflict `version.notDraft`: what is published never changes */
export function requireDraft(version: Version): void {
  if (version.status === 'draft') return;
  throw conflict(
    'version.notDraft',
    `Version ${name(version)} is ${version.status} and can no longer be changed; create another version.`,
  );
}

function name(version: Version): string {
  return `${version.version} of package "${version.package}"`;
}

function artifactPointer(manifest: Manifest, file: string): string {
  const variant = manifest.variants.findIndex(({ artifacts }) => artifacts.some((artifact) => artifact.file === file));
  const artifact = manifest.variants[variant]!.artifacts.findIndex((one) => one.file === file);
  return `/variants/${variant}/artifacts/${artifact}`;
}

import type { Manifest } from '@waybill/contracts';
import type { VersionScheme } from './version-scheme.js';

/** What a manifest says about one of its files before or after the upload. */
export interface ExpectedArtifact {
  file: string;
  sha256?: string;
  /** bytes */
  size?: number;
}

export interface StoredArtifact {
  sha256: string;
  /** bytes */
  size: number;
}

/** Every file that the manifest names, once each, in the order of first mention. */
export function expectedArtifacts(manifest: Manifest): ExpectedArtifact[] {
  const byFile = new Map<string, ExpectedArtifact>();
  for (const { file, sha256, size } of manifest.variants.flatMap((variant) => variant.artifacts)) {
    const known = byFile.get(file) ?? { file };
    byFile.set(file, { ...known, sha256: known.sha256 ?? sha256, size: known.size ?? size });
  }
  return [...byFile.values()];
}

/**
 * The manifest as it is published: digest and size of every file and the scheme of its versions are part of it. `package build` and the
 * server make the same of the same files, so their digests are the same.
 * @param stored every file that the manifest names
 */
export function frozenManifest(
  manifest: Manifest,
  scheme: VersionScheme,
  stored: ReadonlyMap<string, StoredArtifact>,
): Manifest {
  return {
    ...manifest,
    versionScheme: scheme,
    variants: manifest.variants.map((variant) => ({
      ...variant,
      artifacts: variant.artifacts.map(({ file }) => {
        const { sha256, size } = stored.get(file)!;
        return { file, sha256, size };
      }),
    })),
  };
}

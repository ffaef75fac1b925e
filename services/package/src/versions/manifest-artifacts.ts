import type { Manifest } from '@waybill/contracts';

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

/** The manifest as agents get it: digest and size of every file filled in. All files must be in `stored`. */
export function fillArtifacts(manifest: Manifest, stored: ReadonlyMap<string, StoredArtifact>): Manifest {
  return {
    ...manifest,
    variants: manifest.variants.map((variant) => ({
      ...variant,
      artifacts: variant.artifacts.map(({ file }) => {
        const { sha256, size } = stored.get(file)!;
        return { file, sha256, size };
      }),
    })),
  };
}

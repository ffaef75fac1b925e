import type { Manifest } from '@waybill/contracts/agent';

/** SHA-256 of something that belongs to the command's package, null when nothing does. */
export function anyArtifact({ manifest }: { manifest: Manifest }): string | null {
  for (const { artifacts } of manifest.variants) for (const { sha256 } of artifacts) if (sha256) return sha256;
  return null;
}

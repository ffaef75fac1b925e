import type { Manifest, VersionView } from '@waybill/contracts';
import { differences } from './differing-content.js';
import { PublishError } from './publish-error.js';

/**
 * What is to be done with a version that the server has already: go on with the `draft`, or nothing, it is `published`.
 * @param ours complete
 * @throws PublishError when it is another one, or withdrawn
 */
export function judgeVersion(found: Pick<VersionView, 'status' | 'manifest'>, ours: Manifest): 'draft' | 'published' {
  const name = `Version ${ours.version} of package "${ours.package}"`;
  const where = differences(found.status === 'draft' ? completed(found.manifest, ours) : found.manifest, ours);
  const other = `with other content (it differs at ${where.join(', ')})`;
  switch (found.status) {
    case 'published':
      if (where.length === 0) return 'published';
      throw new PublishError(
        `${name} is published already ${other}. What is published never changes: use another version number.`,
      );
    case 'draft':
      if (where.length === 0) return 'draft';
      throw new PublishError(
        `${name} is there already as a draft ${other}. Use another version number, or publish what the draft is for.`,
      );
    case 'withdrawn':
      throw new PublishError(`${name} was withdrawn and cannot be published again: use another version number.`);
  }
}

/** Somebody may have created the draft from the manifest as it is written: what it leaves open is no difference. */
function completed(draft: Manifest, ours: Manifest): Manifest {
  const known = new Map(ours.variants.flatMap(({ artifacts }) => artifacts.map((one) => [one.file, one] as const)));
  return {
    ...draft,
    versionScheme: draft.versionScheme ?? ours.versionScheme,
    variants: draft.variants.map((variant) => ({
      ...variant,
      artifacts: variant.artifacts.map((artifact) => ({ ...known.get(artifact.file), ...artifact })),
    })),
  };
}

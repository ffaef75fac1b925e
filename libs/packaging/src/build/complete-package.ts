import { dirname, join } from 'node:path';
import { type FieldError, type Manifest, nearest, WaybillError } from '@waybill/contracts';
import type { Finding } from '../lint/finding.js';
import { lintDirectory, NoPackageError } from '../lint/lint-directory.js';
import { checkManifest } from '../manifest/check-manifest.js';
import { expectedArtifacts, frozenManifest, type StoredArtifact } from '../manifest/manifest-artifacts.js';
import type { VersionScheme } from '../manifest/version-scheme.js';

/** A package directory with nothing missing and nothing wrong. */
export interface CompletePackage {
  /** as it will be published: digests, sizes and the scheme of its versions filled in */
  manifest: Manifest;
  scheme: VersionScheme;
  /** the manifest that was read */
  file: string;
  /** path of each artifact */
  paths: ReadonlyMap<string, string>;
  /** of each artifact by its name in the manifest */
  artifacts: ReadonlyMap<string, StoredArtifact>;
  /** what lint has to say, all of it warnings */
  warnings: Finding[];
}

/** The manifest cannot be published; the findings say why, by line and column. */
export class FaultyPackageError extends Error {
  constructor(
    readonly file: string,
    readonly findings: Finding[],
  ) {
    super(`${file} has errors.`);
  }
}

/**
 * Lints a package directory and looks at every file that its manifest names.
 * @param measure tells what a file holds, from its path and its name
 * @throws NoPackageError when something cannot be read; FaultyPackageError
 */
export async function completePackage(
  directory: string,
  measure: (path: string, name: string) => Promise<StoredArtifact>,
): Promise<CompletePackage> {
  const { file, findings, manifest, versionScheme: scheme, placeOf, files } = await lintDirectory(directory);
  if (!manifest || !scheme || !placeOf) throw new FaultyPackageError(file, findings);
  const demand = (errors: FieldError[]) => {
    if (errors.length === 0) return;
    const found = errors.map((error) => ({ severity: 'error' as const, ...error, ...placeOf(error.pointer) }));
    throw new FaultyPackageError(file, found);
  };
  demand(absent(manifest, files));
  const paths = new Map(expectedArtifacts(manifest).map(({ file: name }) => [name, join(dirname(file), name)]));
  const artifacts = new Map<string, StoredArtifact>();
  for (const [name, path] of paths) artifacts.set(name, await measure(path, name));
  demand(disagreements(manifest, artifacts));
  const complete = frozenManifest(manifest, scheme, artifacts);
  demandAllowed(complete);
  return { manifest: complete, scheme, file, paths, artifacts, warnings: findings };
}

/** It has grown by its digests. */
function demandAllowed(manifest: Manifest): void {
  try {
    checkManifest(manifest, manifest.package);
  } catch (error) {
    throw error instanceof WaybillError ? new NoPackageError(error.detail) : error;
  }
}

function absent(manifest: Manifest, files: readonly string[]): FieldError[] {
  return eachArtifact(manifest, ({ file }, pointer) =>
    files.includes(file)
      ? []
      : [{ pointer: `${pointer}/file`, message: `"${file}" is not beside the manifest${nearest(file, files)}` }],
  );
}

/** What the manifest says of a file must be so: it was another file, or the file has changed since. */
function disagreements(manifest: Manifest, found: ReadonlyMap<string, StoredArtifact>): FieldError[] {
  return eachArtifact(manifest, (artifact, pointer) => {
    const is = found.get(artifact.file)!;
    return (['sha256', 'size'] as const)
      .filter((key) => artifact[key] !== undefined && artifact[key] !== is[key])
      .map((key) => ({
        pointer: `${pointer}/${key}`,
        message: `"${artifact.file}" has ${key} ${is[key]}; put that, or leave it out to have it filled in`,
      }));
  });
}

type Artifact = Manifest['variants'][number]['artifacts'][number];

function eachArtifact(manifest: Manifest, look: (artifact: Artifact, pointer: string) => FieldError[]): FieldError[] {
  return manifest.variants.flatMap(({ artifacts }, v) =>
    artifacts.flatMap((artifact, a) => look(artifact, `/variants/${v}/artifacts/${a}`)),
  );
}

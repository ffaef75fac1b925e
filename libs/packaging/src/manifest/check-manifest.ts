import { type FieldError, invalid, type Manifest, validateManifest, WaybillError } from '@waybill/contracts';
import { canonicalJson } from '@waybill/trust';
import { unstorableText } from '../text/unstorable-text.js';
import { fitsScheme, guessScheme, type VersionScheme } from './version-scheme.js';

/** A manifest travels inside every command, so it is kept small: bytes of its canonical form. */
export const MANIFEST_LIMIT = 256 * 1024;

export interface CheckedManifest {
  manifest: Manifest;
  scheme: VersionScheme;
}

/**
 * Accepts a manifest for the package it was sent to, or names everything that is wrong with it.
 * @throws invalid `manifest.invalid` with a JSON pointer for each problem; tooLarge `manifest.tooLarge`
 */
export function checkManifest(input: object, packageName: string): CheckedManifest {
  const result = validateManifest(input);
  if (!result.ok) throw refused(result.errors);
  const { manifest } = result;
  const scheme = manifest.versionScheme ?? guessScheme(manifest);
  const errors = [
    ...unstorableText(manifest),
    ...nameErrors(manifest, packageName),
    ...schemeErrors(manifest, scheme),
    ...disagreements(manifest),
  ];
  if (errors.length > 0 || scheme === null) throw refused(errors);
  const bytes = Buffer.byteLength(canonicalJson(manifest));
  if (bytes > MANIFEST_LIMIT) {
    throw new WaybillError(
      'tooLarge',
      'manifest.tooLarge',
      `The manifest has ${bytes} bytes; at most ${MANIFEST_LIMIT} are allowed, because it travels in every command. Pack many small files into one archive.`,
    );
  }
  return { manifest, scheme };
}

function refused(errors: FieldError[]): WaybillError {
  const count = errors.length === 1 ? 'one problem' : `${errors.length} problems`;
  return invalid('manifest.invalid', `The manifest has ${count}; see errors.`, errors);
}

function nameErrors(manifest: Manifest, packageName: string): FieldError[] {
  if (manifest.package === packageName) return [];
  return [
    { pointer: '/package', message: `is "${manifest.package}" but the manifest was sent to package "${packageName}"` },
  ];
}

function schemeErrors(manifest: Manifest, scheme: VersionScheme | null): FieldError[] {
  if (scheme === null) {
    return [
      {
        pointer: '/version',
        message: 'use a semantic version (2.4.0), a Debian or RPM version (1:2.4.0-1) or dotted numbers (2.4)',
      },
    ];
  }
  if (fitsScheme(manifest.version, scheme)) return [];
  return [{ pointer: '/version', message: `is not a version of versionScheme "${scheme}"` }];
}

/** A file name means one artifact in the whole version: variants that share it must expect the same bytes. */
function disagreements(manifest: Manifest): FieldError[] {
  const first = new Map<string, { sha256?: string; size?: number }>();
  return manifest.variants.flatMap((variant, v) =>
    variant.artifacts.flatMap((artifact, a) => {
      const seen = first.get(artifact.file);
      if (!seen) {
        first.set(artifact.file, { sha256: artifact.sha256, size: artifact.size });
        return [];
      }
      const errors = (['sha256', 'size'] as const)
        .filter((key) => seen[key] !== undefined && artifact[key] !== undefined && seen[key] !== artifact[key])
        .map((key) => ({
          pointer: `/variants/${v}/artifacts/${a}/${key}`,
          message: `differs from what another variant says about "${artifact.file}"`,
        }));
      seen.sha256 ??= artifact.sha256;
      seen.size ??= artifact.size;
      return errors;
    }),
  );
}

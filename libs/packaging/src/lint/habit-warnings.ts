import { type FieldError, type Manifest, nearest, type Variant } from '@waybill/contracts';

/** What is allowed but seldom meant: parts of a variant that were left out, files that are not there or that nobody names. */
export function habitWarnings(manifest: Manifest, files?: readonly string[]): FieldError[] {
  const omissions = manifest.variants.flatMap((variant, i) => omitted(variant, `/variants/${i}`));
  return files ? [...omissions, ...missing(manifest, files), ...unnamed(manifest, files)] : omissions;
}

function omitted(variant: Variant, pointer: string): FieldError[] {
  const warnings: FieldError[] = [];
  const warn = (message: string) => warnings.push({ pointer, message });
  if (!variant.detection) {
    warn('no detection: the agent can only judge by the installer whether the software is there; add e.g. a file rule');
  }
  if (!variant.uninstall) warn('no uninstall: the software cannot be removed by a job');
  if (!variant.timeout) warn('no timeout: the agent’s default applies; say how long it may take, e.g. timeout: PT20M');
  return warnings;
}

function missing(manifest: Manifest, files: readonly string[]): FieldError[] {
  return manifest.variants.flatMap((variant, v) =>
    variant.artifacts.flatMap(({ file }, a) =>
      files.includes(file)
        ? []
        : [
            {
              pointer: `/variants/${v}/artifacts/${a}/file`,
              message: `"${file}" is not beside the manifest${nearest(file, files)}`,
            },
          ],
    ),
  );
}

function unnamed(manifest: Manifest, files: readonly string[]): FieldError[] {
  const named = new Set(manifest.variants.flatMap((variant) => variant.artifacts.map(({ file }) => file)));
  return files
    .filter((file) => !named.has(file))
    .map((file) => ({ pointer: '', message: `no variant names the file "${file}"; it will not be uploaded` }));
}

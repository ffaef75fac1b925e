import { type DetectionRule, type FieldError, type Manifest, nearest, type Variant } from '@waybill/contracts';

/** What is allowed but seldom meant: parts of a variant that were left out, files that are not there or that nobody names. */
export function habitWarnings(manifest: Manifest, files?: readonly string[]): FieldError[] {
  const omissions = manifest.variants.flatMap((variant, i) => omitted(variant, `/variants/${i}`));
  return files ? [...omissions, ...missing(manifest, files), ...unnamed(manifest, files)] : omissions;
}

function omitted(variant: Variant, pointer: string): FieldError[] {
  const warnings: FieldError[] = [];
  const warn = (message: string) => warnings.push({ pointer, message });
  if (variant.detection && !variant.detection.some(tellsVersionsApart)) {
    warn(
      'detection does not tell versions apart: with an older one there, nothing would be installed; add a version or a sha256',
    );
  }
  if (!variant.uninstall) warn('no uninstall: the software cannot be removed by a job');
  if (!variant.timeout) warn('no timeout: the agent’s default applies; say how long it may take, e.g. timeout: PT20M');
  return warnings;
}

/** Of a script nobody knows; a file that must not be there proves no version. */
function tellsVersionsApart(rule: DetectionRule): boolean {
  if ('file' in rule) return rule.file.sha256 !== undefined;
  if ('script' in rule) return true;
  return ('deb' in rule ? rule.deb : rule.rpm).version !== undefined;
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

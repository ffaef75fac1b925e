import type { FieldError } from '../validation/field-error.js';
import { nearest } from '../validation/nearest.js';
import { type Manifest, manifestSchema, type Variant } from './manifest.js';
import type { z } from 'zod';

export type ManifestResult = { ok: true; manifest: Manifest } | { ok: false; errors: FieldError[] };

/** Checks a parsed manifest and names every problem by JSON pointer; unknown keys get a "did you mean". */
export function validateManifest(input: unknown): ManifestResult {
  const parsed = manifestSchema.safeParse(input, { reportInput: true });
  if (!parsed.success) return { ok: false, errors: parsed.error.issues.flatMap((issue) => explain(issue, [])) };
  const errors = parsed.data.variants.flatMap((variant, index) => variantErrors(variant, `/variants/${index}`));
  return errors.length > 0 ? { ok: false, errors } : { ok: true, manifest: parsed.data };
}

/** Files a variant needs, by name: everything it refers to must be among its artifacts. */
export function referencedFiles(variant: Variant): { file: string; pointer: string }[] {
  const files: { file: string; pointer: string }[] = [];
  const add = (file: string | undefined, pointer: string) => file !== undefined && files.push({ file, pointer });
  variant.requirements?.forEach(
    (rule, i) => 'script' in rule && add(rule.script.file, `/requirements/${i}/script/file`),
  );
  variant.detection?.forEach((rule, i) => 'script' in rule && add(rule.script.file, `/detection/${i}/script/file`));
  if (variant.installer.type === 'files')
    variant.installer.files.forEach((f, i) => add(f.file, `/installer/files/${i}/file`));
  if (variant.installer.type === 'script') add(variant.installer.file, '/installer/file');
  if (variant.uninstall?.type === 'script') add(variant.uninstall.file, '/uninstall/file');
  for (const hook of ['before', 'after', 'onError'] as const) add(variant.hooks?.[hook], `/hooks/${hook}`);
  return files;
}

function variantErrors(variant: Variant, pointer: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = variant.artifacts.map((artifact) => artifact.file);
  names.forEach((name, i) => {
    if (names.indexOf(name) !== i)
      errors.push({ pointer: `${pointer}/artifacts/${i}/file`, message: `"${name}" is listed twice` });
  });
  for (const { file, pointer: at } of referencedFiles(variant)) {
    if (!names.includes(file))
      errors.push({
        pointer: pointer + at,
        message: `"${file}" is not among the variant's artifacts${nearest(file, names)}`,
      });
  }
  const implied = ['deb', 'rpm', 'archive'].includes(variant.installer.type);
  if (!variant.detection && !implied) {
    errors.push({
      pointer: `${pointer}/detection`,
      message: `an installer of type "${variant.installer.type}" needs at least one detection rule: how does the agent prove that the software is installed?`,
    });
  }
  return errors;
}

function explain(issue: z.core.$ZodIssue, base: PropertyKey[]): FieldError[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path);
    return issue.keys.map((key) => ({
      pointer: toPointer([...path, key]),
      message: `unknown key "${key}"${nearest(key, known)}`,
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The branch with the deepest problem is the one the author meant.
    const branches = issue.errors.map((errors) => errors.flatMap((error) => explain(error, path)));
    branches.sort((a, b) => depth(b) - depth(a));
    return branches[0]!;
  }
  if (issue.code === 'invalid_type' && issue.input === undefined) {
    return [{ pointer: toPointer(path), message: `is missing; it must be of type ${issue.expected}` }];
  }
  if (issue.code === 'invalid_type' && issue.expected === 'string') {
    return [{ pointer: toPointer(path), message: 'must be a string; in YAML put it in quotes' }];
  }
  return [{ pointer: toPointer(path), message: issue.message }];
}

const depth = (errors: FieldError[]) => Math.max(...errors.map((error) => error.pointer.split('/').length));

const toPointer = (path: PropertyKey[]) =>
  path.map((part) => '/' + String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('');

const KEYS: Record<string, string[]> = {
  '': ['package', 'version', 'versionScheme', 'title', 'publisher', 'description', 'category', 'variants'],
  variants: [
    'platform',
    'artifacts',
    'installer',
    'requirements',
    'detection',
    'hooks',
    'exitCodes',
    'timeout',
    'uninstall',
  ],
  platform: ['os', 'arch', 'distribution'],
  artifacts: ['file', 'sha256', 'size'],
  requirements: ['disk', 'memory', 'software', 'script'],
  detection: ['deb', 'rpm', 'file', 'script'],
  hooks: ['before', 'after', 'onError'],
  exitCodes: ['success', 'restart', 'retry'],
  installer: ['type', 'directory', 'stripComponents', 'files', 'file', 'args'],
  uninstall: ['type', 'file', 'args'],
  files: ['file', 'path', 'mode', 'owner', 'group'],
  disk: ['path', 'free'],
  memory: ['total'],
  software: ['name', 'version', 'absent'],
  script: ['file', 'timeout'],
  deb: ['package', 'version'],
  rpm: ['package', 'version'],
  file: ['path', 'sha256', 'exists'],
};

function knownKeys(path: PropertyKey[]): string[] {
  const last = path.filter((part) => typeof part === 'string').at(-1) ?? '';
  return KEYS[String(last)] ?? [];
}

import { type FieldError, type Manifest, WaybillError } from '@waybill/contracts';
import { checkManifest } from '../manifest/check-manifest.js';
import { type Place, readManifestText } from '../manifest/manifest-text.js';
import type { VersionScheme } from '../manifest/version-scheme.js';
import { byPlace, type Finding } from './finding.js';
import { habitWarnings } from './habit-warnings.js';

export interface LintedText {
  findings: Finding[];
  /** undefined when there are errors */
  manifest?: Manifest;
  /** how versions are compared: as the manifest says, or as it is guessed */
  versionScheme?: VersionScheme;
  /** where a JSON pointer is written; undefined when there are errors */
  placeOf?: (pointer: string) => Place;
}

/**
 * Everything that the server would refuse in a manifest, by the server's own rules, and what is allowed but seldom meant.
 * @param files names of the files beside the manifest; left out, files are not looked at
 */
export function lintText(bytes: Uint8Array, files?: readonly string[]): LintedText {
  const start = { line: 1, column: 1 };
  const text = decodeUtf8(bytes);
  if (text === undefined) {
    const message = 'the manifest is not UTF-8; save it in that encoding';
    return { findings: [{ severity: 'error', pointer: '', message, ...start }] };
  }
  const { value, problems, placeOf } = readManifestText(text);
  if (problems.length > 0) {
    return { findings: problems.map(({ kind: _, ...problem }) => ({ severity: 'error' as const, ...problem })) };
  }
  const at = (severity: Finding['severity']) => (error: FieldError) => ({
    severity,
    ...error,
    ...placeOf(error.pointer),
  });
  const checked = check(value);
  if ('errors' in checked) return { findings: checked.errors.map(at('error')).sort(byPlace) };
  const findings = habitWarnings(checked.manifest, files).map(at('warning'));
  return { findings: findings.sort(byPlace), manifest: checked.manifest, versionScheme: checked.scheme, placeOf };
}

function check(value: unknown): ReturnType<typeof checkManifest> | { errors: FieldError[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { errors: [{ pointer: '', message: 'the manifest must be a map of keys, e.g. package: acme-ledger' }] };
  }
  try {
    const name = (value as { package?: unknown }).package;
    return checkManifest(value, typeof name === 'string' ? name : '');
  } catch (error) {
    if (!(error instanceof WaybillError)) throw error;
    const errors = error.errors ?? [];
    return { errors: errors.length > 0 ? [...errors] : [{ pointer: '', message: error.detail }] };
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
